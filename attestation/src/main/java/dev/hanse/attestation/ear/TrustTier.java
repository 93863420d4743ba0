package dev.hanse.attestation.ear;

import dev.hanse.attestation.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The tiers of AR4SI, which a part's level and the checks made of it are told in. */
enum TrustTier {
  /** The verifier makes no assertion. */
  NONE(0),
  AFFIRMING(2),
  /** Software signed for hardware: evidence of nothing but a key. */
  WARNING(32);

  /** On Azure a check stands behind what it was made of. */
  private static final String OF = "((tee|vtpm)/)?";

  /** Checks that compare what runs with reference values; that a register was quoted is none. */
  private static final Pattern MEASURES =
      Pattern.compile(OF + "(measurement(-\\d+)?|mrtd|rtmr[0-3]|pcr-?\\d+)");

  private static final Pattern DEBUG = Pattern.compile(OF + "(guest-policy-without-)?debug");

  private final int value;

  TrustTier(int value) {
    this.value = value;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TrustTier of(Level level) {
    return level == Level.SIMULATED ? WARNING : AFFIRMING;
  }

  /**
   * The trustworthiness vector: only what was checked is affirmed.
   *
   * @param checks names of the checks that passed for this part
   */
  static Map<String, Integer> vector(Level level, List<String> checks) {
    boolean real = level != Level.SIMULATED;
    boolean measured = real && checks.stream().anyMatch(TrustTier::measures);
    boolean configured = real && checks.stream().anyMatch(check -> DEBUG.matcher(check).matches());
    Map<String, Integer> vector = new TreeMap<>();
    vector.put("instance-identity", real ? AFFIRMING.value : WARNING.value);
    vector.put("configuration", configured ? AFFIRMING.value : NONE.value);
    vector.put("executables", measured ? AFFIRMING.value : NONE.value);
    vector.put("hardware", level == Level.TEE ? AFFIRMING.value : NONE.value);
    return vector;
  }

  private static boolean measures(String check) {
    return MEASURES.matcher(check).matches();
  }
}
