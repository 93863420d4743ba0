package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Certificate requests, good and bad. */
final class Requests {
  private Requests() {}

  static KeyPair ec(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  static KeyPair ed25519() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  static PKCS10CertificationRequestBuilder draft(KeyPair key) {
    return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=node"), key.getPublic());
  }

  static Bytes signed(PKCS10CertificationRequestBuilder draft, KeyPair signer, String algorithm)
      throws OperatorCreationException, IOException {
    return Bytes.copyOf(
        draft
            .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
            .getEncoded());
  }

  static Bytes good(KeyPair key, String algorithm) throws OperatorCreationException, IOException {
    return signed(draft(key), key, algorithm);
  }
}
