package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * Reads certificates as they come with evidence or collateral: one encoding each, bounded in size
 * and number. Nothing read here is trusted yet.
 */
public final class Certificates {
  /** The largest seen in the field has 2 KiB; AMD's with an RSA-4096 key 1.7 KiB. */
  public static final int LIMIT_BYTES = 8 * 1024;

  /** NVIDIA's chains have five. */
  public static final int LIMIT_COUNT = 8;

  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private Certificates() {}

  /** Reads one DER certificate, exactly. */
  public static X509Certificate ofDer(Bytes der) throws Rejection {
    byte[] encoded = der.toArray();
    Rejection.unless(
        encoded.length <= LIMIT_BYTES,
        Stage.PARSE,
        Reason.LENGTH,
        "a certificate of " + encoded.length + " bytes is over the limit of " + LIMIT_BYTES);
    try {
      DerShape.require(encoded);
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      X509Certificate certificate =
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded));
      if (Arrays.equals(certificate.getEncoded(), encoded)
          && SignatureParameters.areLast(certificate.getSignature(), encoded)) {
        return certificate;
      }
    } catch (CertificateException | RuntimeException broken) {
      throw new Rejection(
          Stage.PARSE, Reason.STRUCTURE, "not a certificate: " + SubjectKey.reason(broken));
    }
    throw new Rejection(Stage.PARSE, Reason.STRUCTURE, "a certificate is not in DER");
  }

  /** Reads certificates in PEM, in their order; text around them is passed over. */
  public static List<X509Certificate> ofPem(Bytes pem) throws Rejection {
    Rejection.unless(
        pem.size() <= LIMIT_COUNT * LIMIT_BYTES * 2,
        Stage.PARSE,
        Reason.LENGTH,
        "certificates of " + pem.size() + " bytes are over the limit");
    String text = new String(pem.toArray(), StandardCharsets.ISO_8859_1);
    List<X509Certificate> certificates = new ArrayList<>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int end = text.indexOf(END, at + BEGIN.length());
      Rejection.unless(
          end >= 0 && certificates.size() < LIMIT_COUNT,
          Stage.PARSE,
          Reason.STRUCTURE,
          "PEM does not end, or holds more than " + LIMIT_COUNT + " certificates");
      certificates.add(ofDer(decode(text.substring(at + BEGIN.length(), end))));
      at = text.indexOf(BEGIN, end);
    }
    Rejection.unless(
        !certificates.isEmpty(), Stage.PARSE, Reason.STRUCTURE, "no certificate in the PEM");
    return List.copyOf(certificates);
  }

  /** Reads certificates in PEM, or one in DER. */
  public static List<X509Certificate> ofEither(Bytes encoded) throws Rejection {
    byte[] content = encoded.toArray();
    // A SEQUENCE of more than 127 bytes, which every certificate is and no text begins with.
    boolean der = content.length > 1 && content[0] == 0x30 && content[1] < 0;
    return der ? List.of(ofDer(encoded)) : ofPem(encoded);
  }

  /** The value of an extension, without the OCTET STRING around it; empty where it has none. */
  public static Optional<Bytes> extension(X509Certificate certificate, String oid)
      throws Rejection {
    byte[] wrapped = certificate.getExtensionValue(oid);
    if (wrapped == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Bytes.copyOf(ASN1OctetString.getInstance(wrapped).getOctets()));
    } catch (RuntimeException broken) {
      throw new Rejection(
          Stage.PARSE, Reason.STRUCTURE, "extension " + oid + " is no octet string");
    }
  }

  /**
   * The common name of the subject; empty text where it has none, more than one, or one that cannot
   * be read.
   */
  public static String commonName(X509Certificate certificate) {
    try {
      X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
      RDN[] names = subject.getRDNs(BCStyle.CN);
      return names.length == 1 && !names[0].isMultiValued()
          ? IETFUtils.valueToString(names[0].getFirst().getValue())
          : "";
    } catch (RuntimeException unreadable) {
      return "";
    }
  }

  private static Bytes decode(String base64) throws Rejection {
    try {
      return Bytes.ofBase64(base64);
    } catch (IllegalArgumentException broken) {
      throw new Rejection(Stage.PARSE, Reason.STRUCTURE, "PEM does not hold base64");
    }
  }
}
