package dev.hanse.cli.mesh;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.util.List;
import java.util.Set;

/** What a control plane without a policy judges. */
public final class Appraisers {
  private Appraisers() {}

  /** Trusts simulated platforms of these keys, and says so in every result. */
  public static Appraiser simulated(List<Bytes> platformRoots) {
    return simulated(platformRoots, AppraisalPolicy.allowing(Set.of(SimulatedVerifier.TECHNOLOGY)));
  }

  /** As above, by a policy of one's own. */
  public static Appraiser simulated(List<Bytes> platformRoots, AppraisalPolicy policy) {
    return new Appraiser(List.of(new SimulatedVerifier(platformRoots)), policy);
  }
}
