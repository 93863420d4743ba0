package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Certificates;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the certificate of a versioned endorsement key says in AMD's extensions, each of which is
 * there once and in its one encoding (publication 57230, "VCEK Certificate Extensions"). Believed
 * only after its chain was followed.
 *
 * @param productName with the stepping, for example {@code Milan-B0}
 * @param tcb the TCB version the key was derived for, laid out as in reports
 * @param hardwareId which chip's key it is; empty for a VLEK
 * @param cspId which cloud provider's key it is; empty for a VCEK
 */
record Vek(String productName, long tcb, Bytes hardwareId, String cspId) {
  private static final String ARC = "1.3.6.1.4.1.3704.1.";
  private static final String SPL_ARC = ARC + "3.";
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int IA5_STRING = 0x16;

  /**
   * Reads the extensions of a certificate.
   *
   * @param product the line its chain is of, which says which patch levels there are
   * @throws Rejection with {@code TCB_EXT_MISSING}, {@code TCB_EXT_ENCODING}, {@code HWID_MISSING},
   *     {@code CSP_ID} or {@code SIGNER_MISMATCH}
   */
  static Vek read(X509Certificate certificate, SigningKey key, Product product) throws Rejection {
    int structure = integer(certificate, "1");
    require(
        structure <= 1,
        Reason.TCB_EXT_ENCODING,
        "the endorsement certificate's structure version is " + structure + ", not 0 or 1");
    long tcb = 0;
    Set<String> known = new HashSet<>();
    for (int index = 0; index < Long.BYTES; index++) {
      String spl = "3." + product.splOfByte(index);
      tcb |= (long) integer(certificate, spl) << (index * Byte.SIZE);
      known.add(ARC + spl);
    }
    requireNoOtherLevel(certificate, known);
    Optional<Bytes> hardwareId = Certificates.extension(certificate, ARC + "4");
    Optional<Bytes> cspId = Certificates.extension(certificate, ARC + "5");
    String productName = text(need(certificate, "2"), Reason.TCB_EXT_ENCODING);
    return switch (key) {
      case VCEK -> {
        require(cspId.isEmpty(), Reason.SIGNER_MISMATCH, "a VCEK's certificate names a CSP");
        yield new Vek(productName, tcb, hardwareId(hardwareId, product), "");
      }
      case VLEK -> {
        require(hardwareId.isEmpty(), Reason.SIGNER_MISMATCH, "a VLEK's certificate names a chip");
        Bytes name =
            cspId.orElseThrow(
                () -> rejection(Reason.CSP_ID, "the VLEK's certificate names no CSP"));
        yield new Vek(
            productName, tcb, Bytes.copyOf(new byte[0]), text(name.toArray(), Reason.CSP_ID));
      }
    };
  }

  /** The name of its product line: what stands before the stepping. */
  String productLine() {
    return productName.split("-", 2)[0];
  }

  /**
   * Reads a hardware id in either encoding: the bytes themselves, or, in newer certificates, an
   * OCTET STRING of them. Their sizes tell them apart.
   */
  private static Bytes hardwareId(Optional<Bytes> extension, Product product) throws Rejection {
    byte[] value =
        extension
            .orElseThrow(
                () -> rejection(Reason.HWID_MISSING, "the VCEK's certificate names no chip"))
            .toArray();
    int size = product.hardwareIdBytes();
    if (value.length == size) {
      return Bytes.copyOf(value);
    }
    require(
        value.length == size + 2 && value[0] == OCTET_STRING && value[1] == size,
        Reason.HWID_MISSING,
        "the VCEK's certificate names its chip in " + value.length + " bytes, not " + size);
    return Bytes.copyOf(Arrays.copyOfRange(value, 2, value.length));
  }

  /** A level without meaning here may be one that a newer line's report is to be held against. */
  private static void requireNoOtherLevel(X509Certificate certificate, Set<String> known)
      throws Rejection {
    Set<String> oids = certificate.getNonCriticalExtensionOIDs();
    for (String oid : oids == null ? Set.<String>of() : oids) {
      require(
          !oid.startsWith(SPL_ARC) || known.contains(oid),
          Reason.TCB_EXT_ENCODING,
          "the endorsement certificate has the patch level " + oid + ", which is unknown");
    }
  }

  private static int integer(X509Certificate certificate, String arc) throws Rejection {
    byte[] value = need(certificate, arc);
    if (value.length == 3 && value[0] == INTEGER && value[1] == 1 && value[2] >= 0) {
      return value[2];
    }
    require(
        value.length == 4 && value[0] == INTEGER && value[1] == 2 && value[2] == 0 && value[3] < 0,
        Reason.TCB_EXT_ENCODING,
        "extension " + ARC + arc + " is no DER integer of 0 to 255");
    return Byte.toUnsignedInt(value[3]);
  }

  private static String text(byte[] value, Reason otherwise) throws Rejection {
    boolean shaped = value.length > 2 && value[0] == IA5_STRING && value[1] == value.length - 2;
    for (int i = 2; shaped && i < value.length; i++) {
      shaped = value[i] >= ' ' && value[i] <= '~';
    }
    require(shaped, otherwise, "a name in the endorsement certificate is no short IA5String");
    return new String(value, 2, value.length - 2, StandardCharsets.US_ASCII);
  }

  private static byte[] need(X509Certificate certificate, String arc) throws Rejection {
    return Certificates.extension(certificate, ARC + arc)
        .orElseThrow(() ->
            rejection(
                Reason.TCB_EXT_MISSING, "the endorsement certificate lacks extension " + ARC + arc))
        .toArray();
  }

  private static Rejection rejection(Reason reason, String detail) {
    return new Rejection(Stage.ENDORSEMENT, reason, detail);
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }
}
