package dev.hanse.cli.mesh;

import dev.hanse.api.config.StrictYaml;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import dev.hanse.attestation.x509.TestKeys;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/** A manufacturer of TPMs, and a control plane's files that believe it. */
final class TpmMaker {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  static final String NAME = "CN=Maker";
  static final long SERIAL = 5;

  private static final KeyPair KEYS = TestKeys.ec("secp384r1");
  private static final X509Certificate ROOT =
      new CertificateForge(NAME, KEYS)
          .authority()
          .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
          .selfSigned(KEYS, Scheme.ECDSA_SHA384);
  private static final String EK_CERTIFICATE = "2.23.133.8.1";

  private final Path folder;

  /** Writes the root's file and a policy that asks TPMs for little. */
  TpmMaker(Path folder) throws IOException {
    this.folder = folder;
    StringWriter pem = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
      writer.writeObject(ROOT);
    }
    Files.writeString(folder.resolve("maker.pem"), pem.toString());
    Files.writeString(folder.resolve("policy.yaml"), "id: a\nversion: 1\ntpm2: {}\n");
    Files.createDirectories(folder.resolve("collateral"));
  }

  /** What {@code hanse control} reads, with this setting of revocation. */
  ControlFile.Attestation config(String revocation) throws Exception {
    return StrictYaml.read(
        """
        policy: %1$s/policy.yaml
        collateral: %1$s/collateral
        tpm:
          roots: [%1$s/maker.pem]
          revocation: %2$s
        """
            .formatted(folder, revocation),
        ControlFile.Attestation.class,
        Map.of(),
        Map.of());
  }

  /** The certificate of an endorsement key. */
  static Bytes certificate(KeyPair endorsement, int usage) {
    return CertificateForge.encoded(
        new CertificateForge("CN=TPM", endorsement)
            .serial(SERIAL)
            .usage(usage)
            .extension(
                "2.5.29.37",
                false,
                CertificateForge.der(
                    new ExtendedKeyUsage(
                        KeyPurposeId.getInstance(new ASN1ObjectIdentifier(EK_CERTIFICATE)))))
            .signedBy(NAME, KEYS, Scheme.ECDSA_SHA384));
  }

  static RevocationForge list() {
    return new RevocationForge(NAME);
  }

  /** Puts a list into the collateral folder, in place of the one before. */
  void publish(RevocationForge list) throws IOException {
    Path lists = Files.createDirectories(folder.resolve("collateral/tpm2/crl"));
    Files.write(
        lists.resolve(Anchors.fingerprint(ROOT).hex() + ".crl"),
        list.signedBy(KEYS, Scheme.ECDSA_SHA384).toArray());
  }

  /** What a list is called where it is missing. */
  static String listName() {
    return EndorsementTrust.REVOCATION_LISTS + " " + Anchors.fingerprint(ROOT).hex();
  }
}
