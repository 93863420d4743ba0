package dev.hanse.api.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A process's own identity: its private key, its certificate, and the roots it judges others by.
 * Immutable; a renewal makes a new one.
 */
public final class MeshIdentity {
  private final PrivateKey key;
  private final List<X509Certificate> chain;
  private final List<X509Certificate> roots;
  private final PeerIdentity self;

  /**
   * Takes a key and the certificates issued to it.
   *
   * @param chain leaf, then the region's CA; without the root
   * @param roots the trust bundle, at least one
   * @throws IllegalArgumentException naming what does not fit: a leaf of another key, a chain that
   *     breaks {@link MeshTrust}'s rules (dates aside), an empty bundle
   */
  public MeshIdentity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> roots) {
    this.key = key;
    this.chain = List.copyOf(chain);
    this.roots = List.copyOf(roots);
    this.self = MeshTrust.requireWellFormed(this.chain, this.roots);
    requireOwn(key, this.chain.getFirst());
  }

  public PrivateKey key() {
    return key;
  }

  public List<X509Certificate> chain() {
    return chain;
  }

  public List<X509Certificate> roots() {
    return roots;
  }

  /** The one of {@link #roots} its chain leads to. */
  public X509Certificate root() {
    return MeshTrust.issuerOf(chain.getLast(), roots);
  }

  public PeerIdentity self() {
    return self;
  }

  /** From this instant on no peer accepts it. */
  public Instant notAfter() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  /** Names the identity, never the key. */
  @Override
  public String toString() {
    return self.spiffeId() + " until " + notAfter();
  }

  private static void requireOwn(PrivateKey key, X509Certificate leaf) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519" -> "Ed25519";
          default ->
              throw new IllegalArgumentException(
                  "a mesh key is EC or Ed25519, was " + key.getAlgorithm());
        };
    byte[] probe = leaf.getSerialNumber().toByteArray();
    boolean own;
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(leaf.getPublicKey());
      verifier.update(probe);
      own = verifier.verify(signature);
    } catch (GeneralSecurityException mismatch) {
      throw new IllegalArgumentException("the certificate is not of this key", mismatch);
    }
    if (!own) {
      throw new IllegalArgumentException("the certificate is not of this key");
    }
  }
}
