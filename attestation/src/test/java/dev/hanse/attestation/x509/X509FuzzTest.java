package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.Fuzz;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Mutants of keys, requests, certificates and revocation lists. What is signed is accepted as it
 * was signed only; of the rest nothing is believed yet, and being read without surprise is enough.
 */
@Tag("fuzz")
class X509FuzzTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final KeyPair KEYS = TestKeys.ec("secp384r1");
  private static final KeyPair RSA = TestKeys.rsa4096(0);

  private final X509Certificate root =
      new CertificateForge("CN=Issuer", RSA)
          .serial(7)
          .authority()
          .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
          .selfSigned(RSA, Scheme.PSS);
  private final Bytes rootDer = CertificateForge.encoded(root);
  private final Bytes leafDer =
      CertificateForge.encoded(
          new CertificateForge("CN=Leaf", KEYS).signedBy("CN=Issuer", RSA, Scheme.PSS));

  @Test
  void requests() throws Exception {
    Fuzz.mutants(
        301,
        List.of(
            Requests.good(Requests.ec("secp256r1"), "SHA256withECDSA"),
            Requests.good(KEYS, "SHA384withECDSA"),
            Requests.good(Requests.ed25519(), "Ed25519")),
        mutant -> CertificateRequest.read(mutant) instanceof CertificateRequest.Reading.Proved,
        mutant -> false);
  }

  @Test
  void keys() throws Exception {
    Fuzz.mutants(
        302,
        List.of(spki(Requests.ec("secp256r1")), spki(KEYS), spki(Requests.ed25519())),
        mutant -> isTaken(() -> SubjectKey.read(mutant)),
        mutant -> SubjectKey.read(mutant).spki().equals(mutant));
  }

  @Test
  void shapes() {
    Fuzz.mutants(
        303,
        List.of(rootDer, leafDer, list()),
        mutant -> isTaken(() -> DerShape.require(mutant.toArray())),
        mutant -> true);
  }

  @Test
  void certificatesInDerAndInPem() {
    Bytes chain = ascii(pem(leafDer) + pem(rootDer));
    Fuzz.mutants(
        304,
        List.of(leafDer, rootDer, chain),
        mutant -> isTaken(() -> Certificates.ofEither(mutant)),
        mutant -> true);
  }

  @Test
  void chains() {
    Anchors anchors = Anchors.of(List.of(root));
    Chain.Profile profile = Chain.Profile.signedBy(Chain.RSASSA_PSS);
    Fuzz.mutants(
        305,
        List.of(leafDer),
        mutant ->
            isTaken(() ->
                Chain.verify(List.of(Certificates.ofDer(mutant), root), anchors, NOW, profile)),
        mutant -> false);
  }

  @Test
  void revocationLists() {
    Fuzz.mutants(
        306,
        List.of(list()),
        mutant -> isTaken(() -> RevocationList.verify(mutant, root, NOW, Set.of(Chain.RSASSA_PSS))),
        mutant -> false);
  }

  private interface Reading {
    void read() throws Rejection;
  }

  /** The two typed refusals of this room. */
  private static boolean isTaken(Reading reading) {
    try {
      reading.read();
      return true;
    } catch (Rejection | IllegalArgumentException refused) {
      return false;
    }
  }

  private Bytes list() {
    return new RevocationForge("CN=Issuer").number(4).revoke(3).revoke(9).signedBy(RSA, Scheme.PSS);
  }

  private static Bytes spki(KeyPair keys) {
    return Bytes.copyOf(keys.getPublic().getEncoded());
  }

  private static String pem(Bytes der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(der.toArray())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static Bytes ascii(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
