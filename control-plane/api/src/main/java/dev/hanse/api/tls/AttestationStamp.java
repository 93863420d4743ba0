package dev.hanse.api.tls;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The attestation a certificate was issued on, as its issuer wrote it into the certificate: who
 * sees the certificate knows what it rests on.
 *
 * <p>A private, non-critical extension {@value #OID}; its value is one DER UTF8String: {@code
 * 1;technology;LEVEL;appraised-at epoch seconds;expires-at epoch seconds;SHA-256 of the
 * evidence;policy}.
 *
 * @param evidenceDigest SHA-256 in hexadecimal
 * @param policy the id of the policy that was applied
 */
public record AttestationStamp(AttestationSummary summary, String evidenceDigest, String policy) {
  /** Under 2.25, the arc of UUIDs (ITU-T X.667), which needs no registration. */
  public static final String OID = "2.25.147597130417889916722468310820299605784";

  private static final int OCTET_STRING = 0x04;
  private static final int UTF8_STRING = 0x0C;
  private static final int LONG_FORM_OF_ONE = 0x81;
  private static final int SHORT_FORM_LIMIT = 128;
  private static final int LIMIT_BYTES = 255;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,40}");

  public AttestationStamp {
    if (!WORD.matcher(summary.technology()).matches() || !WORD.matcher(policy).matches()) {
      throw new IllegalArgumentException(
          "technology and policy have 1 to 40 of A-Z a-z 0-9 . _ -, were \""
              + summary.technology()
              + "\" and \""
              + policy
              + "\"");
    }
    if (HexFormat.of().parseHex(evidenceDigest).length != 32) {
      throw new IllegalArgumentException("an evidence digest has 32 bytes");
    }
  }

  /**
   * Reads the stamp of a certificate; empty if it has none, as a control plane's has not.
   *
   * @throws IllegalArgumentException if there is one that cannot be read
   */
  public static Optional<AttestationStamp> of(X509Certificate leaf) {
    byte[] extension = leaf.getExtensionValue(OID);
    if (extension == null) {
      return Optional.empty();
    }
    byte[] text = content(UTF8_STRING, content(OCTET_STRING, extension));
    return Optional.of(parse(new String(text, StandardCharsets.UTF_8)));
  }

  /** The extension's value. */
  public byte[] toDer() {
    byte[] text =
        String.join(
                ";",
                "1",
                summary.technology(),
                summary.level().name(),
                Long.toString(summary.appraisedAt().getEpochSecond()),
                Long.toString(summary.expiresAt().getEpochSecond()),
                evidenceDigest,
                policy)
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.write(UTF8_STRING);
    if (text.length >= SHORT_FORM_LIMIT) {
      der.write(LONG_FORM_OF_ONE);
    }
    der.write(text.length);
    der.writeBytes(text);
    return der.toByteArray();
  }

  private static AttestationStamp parse(String text) {
    String[] parts = text.split(";", -1);
    if (parts.length != 7 || !parts[0].equals("1")) {
      throw new IllegalArgumentException("an attestation stamp has 7 parts and version 1");
    }
    try {
      return new AttestationStamp(
          new AttestationSummary(
              parts[1],
              AttestationLevel.valueOf(parts[2]),
              Instant.ofEpochSecond(Long.parseLong(parts[3])),
              Instant.ofEpochSecond(Long.parseLong(parts[4]))),
          parts[5],
          parts[6]);
    } catch (DateTimeException impossible) {
      throw new IllegalArgumentException("an attestation stamp's time is impossible", impossible);
    }
  }

  /** The content of the one DER value that {@code der} must be. */
  private static byte[] content(int tag, byte[] der) {
    boolean longForm = der.length > 2 && Byte.toUnsignedInt(der[1]) == LONG_FORM_OF_ONE;
    int at = longForm ? 3 : 2;
    if (der.length < at
        || der.length > LIMIT_BYTES + 3
        || Byte.toUnsignedInt(der[0]) != tag
        || Byte.toUnsignedInt(der[at - 1]) != der.length - at) {
      throw new IllegalArgumentException("an attestation stamp is not the DER it should be");
    }
    return Arrays.copyOfRange(der, at, der.length);
  }
}
