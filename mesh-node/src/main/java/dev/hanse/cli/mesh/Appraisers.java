package dev.hanse.cli.mesh;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What evidence a control plane of this build can judge. */
public final class Appraisers {
  private Appraisers() {}

  /** Trusts simulated platforms of these keys, and says so in every result. */
  public static Appraiser simulated(List<Bytes> platformRoots) {
    return new Appraiser(
        List.of(new SimulatedVerifier(platformRoots)),
        AppraisalPolicy.allowing(Set.of(SimulatedVerifier.TECHNOLOGY)));
  }

  /** As {@link #simulated}, with the platforms' keys from files. */
  static Appraiser simulatedFromFiles(List<Path> platformKeys) throws IOException {
    List<Bytes> roots = new ArrayList<>();
    for (Path file : platformKeys) {
      roots.add(SimulatedPlatform.fromPem(Files.readString(file)).root());
    }
    return simulated(roots);
  }
}
