package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Encoding;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Verifies evidence of NVIDIA GPUs and switches: SPDM report, chain of the device, firmware digest,
 * and the reference manifests of driver and VBIOS where our store has them. Any thread, no I/O; it
 * remembers manifests it has checked.
 *
 * <p>Layout of {@link Evidence}: the body is the SPDM request and the response to it, as NVML gives
 * the attestation report; its nonce is {@link #nonce} of the exchange's report data. Collateral is
 * the attestation certificate chain as NVML gives it, leaf first and the root last: one piece of
 * PEM, or one piece each. Manifests come from the {@link CollateralStore} only, of kind {@value
 * #RIM_KIND}, keyed by NVIDIA's name for them, for example {@code NV_GPU_DRIVER_GH100_550.144.03}.
 *
 * <p>What cannot be known here is stated and not assumed: revocation, which NVIDIA answers over the
 * network only, and which machine the device stands in. A manifest the store lacks is stated as
 * well; {@link NvidiaRules} refuses that unless told otherwise. One the store has must hold.
 */
public final class NvidiaVerifier extends Verifier {
  public static final String TECHNOLOGY = "nvidia-gpu";
  public static final String RIM_KIND = "nvidia-gpu/rim";

  /** SHA-256 of "NVIDIA Device Identity CA" (NVIDIA/nvtrust, verifier_device_root.pem). */
  static final Bytes DEVICE_ROOT =
      Bytes.ofHex("102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48");

  /** SHA-256 of "NVIDIA CoRIM signing Root CA" (NVIDIA/nvtrust, verifier_RIM_root.pem). */
  static final Bytes RIM_ROOT =
      Bytes.ofHex("12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1");

  /** ecdsa-with-SHA384, keys of at least P-384. */
  private static final Chain.Profile PROFILE =
      new Chain.Profile(Set.of("1.2.840.10045.4.3.3"), Set.of(), Integer.MAX_VALUE, 384);

  private static final String NONCE_LABEL = "hanse/gpu-nonce/v1";
  private static final int DIGITAL_SIGNATURE = 0;

  private final Anchors deviceAnchors;
  private final CheckedRims rims;
  private final Supplier<CollateralStore> collateral;

  /** Trusts these roots of devices and of manifests, and no others. */
  public NvidiaVerifier(
      Anchors deviceAnchors, Anchors rimAnchors, Supplier<CollateralStore> collateral) {
    super(TECHNOLOGY, Level.TEE);
    this.deviceAnchors = deviceAnchors;
    this.rims = new CheckedRims(rimAnchors);
    this.collateral = collateral;
  }

  /** Trusts NVIDIA's roots. */
  public static NvidiaVerifier production(Supplier<CollateralStore> collateral) {
    return new NvidiaVerifier(
        Anchors.pinned(Set.of(DEVICE_ROOT)), Anchors.pinned(Set.of(RIM_ROOT)), collateral);
  }

  /** What a GPU is to be asked with in an exchange: 32 bytes, derived from its report data. */
  public static Bytes nonce(Bytes reportData) {
    return new Encoding(NONCE_LABEL).bytes(reportData).sha256();
  }

  @Override
  public Map<Bound, Bytes> bindings(Bytes reportData) {
    return Map.of(Bound.NONCE, nonce(reportData));
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    SpdmReport report = SpdmReport.parse(evidence.body());
    OpaqueFields fields = OpaqueFields.read(report.opaque());
    Chain chain = Chain.verify(path(evidence), deviceAnchors, at, PROFILE);
    Bytes firmware = checkSignature(report, chain.leaf());
    Architecture architecture = architecture(chain.leaf(), fields.kind());
    Rejection.unless(
        fields.firmware().isEmpty() || fields.firmware().get().equals(firmware),
        Stage.ENDORSEMENT,
        Reason.FWID,
        "the report names another firmware than the certificate of the key that signed it");
    Manifests manifests = new Manifests(collateral.get(), rims, at);
    GpuStatement statement =
        manifests.compare(report, fields, architecture, device(chain), firmware);
    return verified(
        evidence,
        Map.of(Bound.NONCE, report.nonce()),
        Optional.empty(),
        earlier(chain.validUntil(), manifests.validUntil()),
        statement);
  }

  private static List<X509Certificate> path(Evidence evidence) throws Rejection {
    List<X509Certificate> path = new ArrayList<>();
    for (Bytes piece : evidence.collateral()) {
      Rejection.unless(
          path.size() < Certificates.LIMIT_COUNT,
          Stage.PARSE,
          Reason.STRUCTURE,
          "more than " + Certificates.LIMIT_COUNT + " certificates come along");
      path.addAll(Certificates.ofEither(piece));
    }
    return path;
  }

  /**
   * The leaf must be the certificate of a firmware's key, or the signature is not of a kind to rely
   * on: whether it holds tells only at which stage that is refused.
   */
  private static Bytes checkSignature(SpdmReport report, X509Certificate leaf) throws Rejection {
    boolean holds =
        Ecdsa.ofKey(Ecdsa.Curve.P384, leaf.getPublicKey())
            .signs(report.signed().sha384().toArray(), report.signature());
    Optional<Bytes> firmware = DiceFwid.of(leaf);
    if (firmware.isEmpty()) {
      throw new Rejection(
          holds ? Stage.ENDORSEMENT : Stage.CRYPTO,
          Reason.FWID,
          "the first certificate is not of a firmware's key");
    }
    Rejection.unless(holds, Stage.CRYPTO, Reason.SIGNATURE, "the report's signature does not hold");
    boolean[] usage = leaf.getKeyUsage();
    Rejection.unless(
        usage != null && usage[DIGITAL_SIGNATURE] && leaf.getBasicConstraints() < 0,
        Stage.CRYPTO,
        Reason.KEY_USAGE,
        "the leaf is not a certificate for signing reports");
    return firmware.get();
  }

  private static Architecture architecture(X509Certificate leaf, GpuStatement.Kind kind)
      throws Rejection {
    return Architecture.named(Certificates.commonName(leaf))
        .filter(architecture -> architecture.kind() == kind)
        .orElseThrow(() ->
            new Rejection(
                Stage.ENDORSEMENT,
                Reason.PRODUCT_MISMATCH,
                "the certificate is of no device known as a " + kind));
  }

  /** The certificate above the leaf's holds the key burnt into the chip. */
  private static Bytes device(Chain chain) {
    return Bytes.copyOf(chain.path().get(1).getPublicKey().getEncoded()).sha256();
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
