package dev.hanse.attestation.tdx;

import java.time.Instant;
import java.util.List;

/**
 * What Intel says of platforms with at least these security versions.
 *
 * @param sgxSvns {@value #COMPONENTS} of them
 * @param tdxSvns {@value #COMPONENTS} of them
 */
record TcbLevel(List<Integer> sgxSvns, int pceSvn, List<Integer> tdxSvns, Standing standing) {
  /** Security versions of a processor, and of a TDX module. */
  static final int COMPONENTS = 16;

  TcbLevel {
    sgxSvns = List.copyOf(sgxSvns);
    tdxSvns = List.copyOf(tdxSvns);
  }

  /**
   * What a level amounts to.
   *
   * @param tcbDate everything disclosed before is mitigated at this level
   * @param status Intel's word; only read for the level that counts
   * @param advisories what is not mitigated
   */
  record Standing(Instant tcbDate, String status, List<String> advisories) {
    Standing {
      advisories = List.copyOf(advisories);
    }
  }

  /** A level of an enclave or module, which has one security version. */
  record OfOne(int isvSvn, Standing standing) {}
}
