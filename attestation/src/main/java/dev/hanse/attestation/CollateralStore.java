package dev.hanse.attestation;

import java.util.Map;
import java.util.Optional;

/**
 * What vendors publish about their platforms, as this side keeps it: revocation lists, TCB levels,
 * reference measurements. Evidence never brings it and never says where to get it. Any thread; no
 * I/O: whoever fills it swaps it whole.
 */
public interface CollateralStore {
  /** Nothing is kept. */
  CollateralStore EMPTY = id -> Optional.empty();

  Optional<Bytes> find(Id id);

  static CollateralStore of(Map<Id, Bytes> kept) {
    Map<Id, Bytes> copy = Map.copyOf(kept);
    return id -> Optional.ofNullable(copy.get(id));
  }

  /**
   * Names one piece.
   *
   * @param kind its technology and kind, for example {@code sev-snp/crl}
   * @param key what it is about, for example a product line or an FMSPC
   */
  record Id(String kind, String key) {}
}
