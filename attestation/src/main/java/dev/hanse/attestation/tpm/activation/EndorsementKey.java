package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.TpmPublic;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.List;

/**
 * An endorsement key that is believed to be a genuine TPM's, and by whom. Only {@link
 * EndorsementTrust} makes one that counts. Immutable.
 */
public final class EndorsementKey {
  private final TpmPublic publicArea;
  private final Instant endorsedUntil;
  private final EndorsementTrust trust;
  private final List<Bytes> certificates;

  /** Weakly: what was replaced is as large as a folder, and its being gone says enough. */
  private final WeakReference<CollateralStore> lists;

  /**
   * Believes one.
   *
   * @param trust whose judgement this is
   * @param certificates what it takes to judge it again besides {@code trust}: its own first, then
   *     intermediates, in DER
   * @param lists where revocation was looked up
   */
  EndorsementKey(
      TpmPublic publicArea,
      Instant endorsedUntil,
      EndorsementTrust trust,
      List<Bytes> certificates,
      CollateralStore lists) {
    this.publicArea = publicArea;
    this.endorsedUntil = endorsedUntil;
    this.trust = trust;
    this.certificates = List.copyOf(certificates);
    this.lists = new WeakReference<>(lists);
  }

  /**
   * One that was believed by an earlier process, and has ended: it is to be judged {@link #again}
   * before it counts for anything.
   */
  static EndorsementKey unjudged(
      TpmPublic publicArea, List<Bytes> certificates, EndorsementTrust trust) {
    return new EndorsementKey(publicArea, Instant.MIN, trust, certificates, CollateralStore.EMPTY);
  }

  public TpmPublic publicArea() {
    return publicArea;
  }

  /** When its certificate, one above it or a revocation list expires. */
  public Instant endorsedUntil() {
    return endorsedUntil;
  }

  /** What it takes to judge it again. */
  List<Bytes> certificates() {
    return certificates;
  }

  /**
   * As it is to be judged now: the same unless revocation lists were replaced, or it has expired.
   *
   * @throws Rejection if it is believed no more
   */
  EndorsementKey again(Instant at) throws Rejection {
    return lists.refersTo(trust.lists()) && !at.isAfter(endorsedUntil)
        ? this
        : trust.judge(publicArea, certificates, at);
  }
}
