package dev.hanse.attestation.ear;

import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;

/** How a key signs; the key decides, never the token. */
enum EarAlgorithm {
  ES256("SHA256withECDSAinP1363Format"),
  ES384("SHA384withECDSAinP1363Format"),
  EdDSA("Ed25519");

  private final String jca;

  EarAlgorithm(String jca) {
    this.jca = jca;
  }

  String jose() {
    return name();
  }

  String jca() {
    return jca;
  }

  static EarAlgorithm of(Key key) {
    if (key instanceof ECKey ec) {
      int bits = ec.getParams().getOrder().bitLength();
      if (bits == 256 || bits == 384) {
        return bits == 256 ? ES256 : ES384;
      }
    }
    if (key instanceof EdECKey ed && ed.getParams().getName().equals("Ed25519")) {
      return EdDSA;
    }
    throw new IllegalArgumentException("a result key is P-256, P-384 or Ed25519");
  }
}
