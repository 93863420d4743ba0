package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.Ecdsa;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies attestation documents of AWS Nitro Enclaves: COSE signature, certificate chain, root.
 * Immutable, any thread, no I/O.
 *
 * <p>Layout of {@link Evidence}: the body is the document as the Nitro Security Module gave it in
 * answer to an {@code Attestation} request whose {@code user_data} was the exchange's 64 bytes of
 * report data; {@code nonce} and {@code public_key} are free. There is no collateral: the document
 * brings its certificates, and they must end at a configured root. AWS publishes no revocation
 * lists for them; a leaf lives three hours.
 *
 * <p>The signature of the document comes first and the chain after it, so that a document which was
 * tampered with costs one signature check and not five.
 */
public final class NitroVerifier extends Verifier {
  public static final String TECHNOLOGY = "aws-nitro";

  /**
   * SHA-256 of the certificate "aws.nitro-enclaves", the root G1: AWS Nitro Enclaves user guide,
   * "Verifying the root of trust".
   */
  static final Bytes ROOT_G1 =
      Bytes.ofHex("641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");

  /** ecdsa-with-SHA384, keys of at least P-384. */
  private static final Chain.Profile PROFILE =
      new Chain.Profile(Set.of("1.2.840.10045.4.3.3"), Set.of(), Integer.MAX_VALUE, 384);

  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;

  private final Anchors anchors;

  /** Trusts these roots and no others. */
  public NitroVerifier(Anchors anchors) {
    super(TECHNOLOGY, Level.TEE);
    this.anchors = anchors;
  }

  /** Trusts Amazon's root. */
  public static NitroVerifier production() {
    return new NitroVerifier(Anchors.pinned(Set.of(ROOT_G1)));
  }

  @Override
  public Map<Bound, Bytes> bindings(Bytes reportData) {
    return Map.of(Bound.USER_DATA, reportData);
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    Rejection.unless(
        evidence.collateral().isEmpty(),
        Stage.PARSE,
        Reason.STRUCTURE,
        "a Nitro document brings its certificates itself, nothing may come along");
    NitroDocument document = NitroDocument.parse(evidence.body());
    NitroStatement statement = document.statement();
    List<X509Certificate> path = path(statement);
    checkSignature(document, path.getFirst());
    Chain chain = Chain.verify(path, anchors, at, PROFILE);
    checkUsage(chain.leaf());
    Map<Bound, Bytes> bound = new EnumMap<>(Bound.class);
    statement.userData().ifPresent(value -> bound.put(Bound.USER_DATA, value));
    statement.nonce().ifPresent(value -> bound.put(Bound.NONCE, value));
    return verified(
        evidence, bound, Optional.of(statement.timestamp()), chain.validUntil(), statement);
  }

  /** Leaf first, root last: the bundle stands the other way round. */
  private static List<X509Certificate> path(NitroStatement statement) throws Rejection {
    List<X509Certificate> path = new ArrayList<>();
    path.add(Certificates.ofDer(statement.certificate()));
    for (Bytes certificate : statement.cabundle().reversed()) {
      path.add(Certificates.ofDer(certificate));
    }
    return path;
  }

  private static void checkSignature(NitroDocument document, X509Certificate leaf)
      throws Rejection {
    Ecdsa key = Ecdsa.ofKey(Ecdsa.Curve.P384, leaf.getPublicKey());
    Rejection.unless(
        key.signs(document.signedBytes().sha384().toArray(), document.signature()),
        Stage.CRYPTO,
        Reason.SIGNATURE,
        "the document's signature does not hold");
  }

  private static void checkUsage(X509Certificate leaf) throws Rejection {
    boolean[] usage = leaf.getKeyUsage();
    Rejection.unless(
        usage != null
            && usage[DIGITAL_SIGNATURE]
            && !usage[KEY_CERT_SIGN]
            && leaf.getBasicConstraints() < 0,
        Stage.CRYPTO,
        Reason.KEY_USAGE,
        "the leaf is not a certificate for signing documents, and for that only");
  }
}
