package dev.hanse.attestation.simulated;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Encoding;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Statement;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * Verifies simulated evidence against the platform keys it was given. Its level is {@link
 * Level#SIMULATED}, always.
 */
public final class SimulatedVerifier extends Verifier {
  public static final String TECHNOLOGY = "simulated";

  private static final String LABEL = "hanse/simulated-evidence/v1";

  private final Map<Bytes, Ed25519PublicKeyParameters> roots = new HashMap<>();

  /**
   * Trusts these platforms and no other.
   *
   * @param roots DER SubjectPublicKeyInfo each, Ed25519
   * @throws IllegalArgumentException if one is not
   */
  public SimulatedVerifier(List<Bytes> roots) {
    super(TECHNOLOGY, Level.SIMULATED);
    for (Bytes root : roots) {
      this.roots.put(root.sha256(), ed25519(root));
    }
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) {
    if (!evidence.collateral().isEmpty()) {
      return refused(new Refusal.EvidenceMalformed("simulated evidence has no collateral"));
    }
    SimulatedStatement.Signed signed;
    try {
      signed = SimulatedStatement.read(evidence.body());
    } catch (IllegalArgumentException malformed) {
      return refused(new Refusal.EvidenceMalformed(String.valueOf(malformed.getMessage())));
    }
    SimulatedStatement statement = signed.statement();
    Ed25519PublicKeyParameters root = roots.get(statement.platform());
    if (root == null) {
      return refused(new Refusal.AnchorUnknown(statement.platform()));
    }
    if (!holds(root, signed)) {
      return refused(new Refusal.SignatureInvalid("simulated evidence"));
    }
    return verified(
        evidence,
        Map.of(Bound.REPORT_DATA, statement.reportData()),
        Optional.of(statement.producedAt()),
        Instant.MAX,
        Statement.of(Map.of("measurement", statement.measurement())));
  }

  /** What the signature is over: the statement behind a label no other signature of ours has. */
  static byte[] signed(Bytes statement) {
    return new Encoding(LABEL).bytes(statement).toBytes().toArray();
  }

  private static boolean holds(
      Ed25519PublicKeyParameters root, SimulatedStatement.Signed evidence) {
    byte[] message = signed(evidence.statement().toBytes());
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, root);
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(evidence.signature().toArray());
  }

  private static Ed25519PublicKeyParameters ed25519(Bytes spki) {
    try {
      AsymmetricKeyParameter key = PublicKeyFactory.createKey(spki.toArray());
      if (key instanceof Ed25519PublicKeyParameters ed25519) {
        return ed25519;
      }
    } catch (IOException | RuntimeException broken) {
      throw new IllegalArgumentException("a simulated root cannot be read as a public key", broken);
    }
    throw new IllegalArgumentException("a simulated root is an Ed25519 key");
  }
}
