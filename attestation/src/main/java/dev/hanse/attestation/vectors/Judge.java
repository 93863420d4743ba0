package dev.hanse.attestation.vectors;

/**
 * Runs the vectors of one technology through its verifier and its rules, with what the manifest
 * gives as reference values and the strict profile for the rest. Test anchors are accepted here and
 * nowhere else.
 */
public interface Judge {
  /** The folder its sets stand in, for example {@code sev-snp}; the {@code tech} of its vectors. */
  String technology();

  /**
   * Judges one vector.
   *
   * @param genuine whether it is a real capture, judged against the vendors' pinned anchors where
   *     it names none
   */
  Verdict judge(Vector vector, boolean genuine);
}
