package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A reference integrity manifest whose signature holds: what NVIDIA expects a driver or VBIOS to
 * measure.
 *
 * @param product the chip, for example {@code GH100}
 * @param version of driver or VBIOS
 * @param active by index, from 0: the values allowed, one at least; what it does not ask for is
 *     left out
 * @param validUntil when the first certificate of its chain expires
 */
record Rim(
    String product, String version, SortedMap<Integer, List<Bytes>> active, Instant validUntil) {
  /** Void where the video decoder is off, as in NVIDIA/nvtrust's verifier. */
  private static final int VIDEO_DECODER_INDEX = 35;

  Rim {
    SortedMap<Integer, List<Bytes>> copy = new TreeMap<>();
    active.forEach((index, values) -> copy.put(index, List.copyOf(values)));
    active = Collections.unmodifiableSortedMap(copy);
  }

  /** Holds measurements, by the same index, against it. */
  RimComparison compare(String id, Map<Integer, Bytes> measurements, boolean videoDecoderOff) {
    List<Integer> differing = new ArrayList<>();
    List<Integer> skipped = new ArrayList<>();
    active.forEach((index, allowed) -> {
      Bytes measured = measurements.get(index);
      if (index == VIDEO_DECODER_INDEX && videoDecoderOff) {
        skipped.add(index);
      } else if (measured == null || !allowed.contains(measured)) {
        differing.add(index);
      }
    });
    return new RimComparison(id, true, active.size() - skipped.size(), differing, skipped);
  }

  /** Refuses two manifests that both ask for one index: neither could be satisfied honestly. */
  static void requireDisjoint(Rim driver, Rim vbios) throws Rejection {
    for (Integer index : driver.active().keySet()) {
      Rejection.unless(
          !vbios.active().containsKey(index),
          Stage.ENDORSEMENT,
          Reason.DUPLICATE,
          "the manifests of driver and VBIOS both ask for measurement " + index);
    }
  }
}
