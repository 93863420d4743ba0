package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies Intel TDX quotes of versions 4 and 5, signed with ECDSA P-256.
 *
 * <p>Evidence: the body is the quote as Linux' {@code configfs-tsm} gives it in {@code outblob},
 * its 64 bytes of {@code inblob} being the exchange's report data. The platform's certificates
 * stand in the quote; beside it may stand one piece of collateral, the event log of the domain's
 * boot ({@link Ccel}), which is parsed here and replayed by {@link TdxRules}.
 *
 * <p>The order is: form, platform's chain to a pinned root, QE report by the platform's key,
 * attestation key by the QE report, quote by the attestation key; then collateral and revocation
 * lists from the store; then what Intel says of platform, enclave and module. Nothing of the
 * collateral is read before its signature held. Half a millisecond of CPU, and one more when
 * collateral is new; any thread.
 */
public final class TdxVerifier extends Verifier {
  public static final String TECHNOLOGY = "intel-tdx";

  /** Under which collateral is kept, by FMSPC in lower-case hexadecimal. */
  public static final String COLLATERAL = "intel-tdx/collateral";

  /** SHA-256 of Intel's root in DER, by which it is pinned. */
  public static final Set<Bytes> INTEL_ROOTS = Set.of(IntelPki.ROOT);

  private final Anchors anchors;
  private final CollateralStore collateral;
  private final RollbackFloors floors;
  private final CheckedCollateral checked = new CheckedCollateral();

  /**
   * Verifies against given roots.
   *
   * @param floors under the numbers of revocation lists, TCB info and QE identity
   */
  public TdxVerifier(Anchors anchors, CollateralStore collateral, RollbackFloors floors) {
    super(TECHNOLOGY, Level.TEE);
    this.anchors = anchors;
    this.collateral = collateral;
    this.floors = floors;
  }

  /** As the other, with floors of its own, which end with it. */
  public TdxVerifier(Anchors anchors, CollateralStore collateral) {
    this(anchors, collateral, new RollbackFloors());
  }

  /** Trusts Intel's root and nothing else. */
  public static TdxVerifier ofIntel(CollateralStore collateral) {
    return new TdxVerifier(Anchors.pinned(INTEL_ROOTS), collateral);
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    Optional<Ccel> eventLog = eventLog(evidence.collateral());
    EndorsedQuote quote = endorse(signedQuote(evidence.body(), at), at);
    return verified(
        evidence,
        Map.of(Bound.REPORT_DATA, quote.statement().report().reportData()),
        Optional.empty(),
        quote.endorsedUntil(),
        quote.statement().with(eventLog));
  }

  private static Optional<Ccel> eventLog(List<Bytes> collateral) throws Rejection {
    Rejection.unless(
        collateral.size() <= 1,
        Stage.PARSE,
        Reason.STRUCTURE,
        "beside a TDX quote stands an event log or nothing, not " + collateral.size() + " pieces");
    return collateral.isEmpty() ? Optional.empty() : Optional.of(Ccel.read(collateral.getFirst()));
  }

  /**
   * Checks a quote's signatures, for evidence of which it is a part; by themselves they are not
   * enough to trust it.
   */
  public SignedQuote signedQuote(Bytes quote, Instant at) throws Rejection {
    return SignedQuote.verify(quote, anchors, at);
  }

  /** Holds a signed quote against Intel's collateral. */
  public EndorsedQuote endorse(SignedQuote quote, Instant at) throws Rejection {
    String fmspc = quote.platform().fmspc().hex();
    Optional<Bytes> bundle = collateral.find(new CollateralStore.Id(COLLATERAL, fmspc));
    if (bundle.isEmpty()) {
      throw new Rejection(
          Stage.COLLATERAL, Reason.NO_COLLATERAL, "no collateral is kept for FMSPC " + fmspc);
    }
    TdxCollateral current = checked.of(fmspc, bundle.get(), quote.chain(), anchors, at);
    floors.admit(current.numbers());
    current.refuseRevoked(quote.chain());
    TcbEvaluation tcb = TcbEvaluation.of(quote, current);
    Instant platformUntil = quote.validUntil();
    return new EndorsedQuote(
        new TdxStatement(quote.version(), quote.report(), quote.platform(), tcb, Optional.empty()),
        platformUntil.isBefore(current.validUntil()) ? platformUntil : current.validUntil());
  }
}
