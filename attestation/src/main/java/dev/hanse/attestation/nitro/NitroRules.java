package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an enclave must be.
 *
 * @param allowDebug whether an enclave in debug mode is taken: its owner reads its memory
 * @param pcrs by index, 0 to 31, the values allowed; a register that the document lacks, or an
 *     empty set of values, is refused
 * @param distrustedInstances ids of EC2 instances whose enclaves are refused: what stands before
 *     {@code -enc} in a module id
 */
public record NitroRules(
    boolean allowDebug, Map<Integer, Set<Bytes>> pcrs, Set<String> distrustedInstances)
    implements Rules {
  private static final int PCR_COUNT = 32;

  public NitroRules {
    Map<Integer, Set<Bytes>> copy = new TreeMap<>();
    pcrs.forEach((index, values) -> {
      if (index < 0 || index >= PCR_COUNT) {
        throw new IllegalArgumentException("a Nitro enclave has PCRs 0 to 31, not " + index);
      }
      copy.put(index, Set.copyOf(values));
    });
    pcrs = Collections.unmodifiableMap(copy);
    distrustedInstances = Set.copyOf(distrustedInstances);
  }

  /** No debug mode; any image. */
  public static NitroRules strict() {
    return new NitroRules(false, Map.of(), Set.of());
  }

  public NitroRules withDebugAllowed(boolean allowed) {
    return new NitroRules(allowed, pcrs, distrustedInstances);
  }

  public NitroRules withPcrs(Map<Integer, Set<Bytes>> allowed) {
    return new NitroRules(allowDebug, allowed, distrustedInstances);
  }

  public NitroRules withDistrustedInstances(Set<String> instances) {
    return new NitroRules(allowDebug, pcrs, instances);
  }

  @Override
  public String technology() {
    return NitroVerifier.TECHNOLOGY;
  }

  @Override
  public void judge(VerifiedClaims claims, Instant at, Checks checks) {
    if (!(claims.statement() instanceof NitroStatement statement)) {
      checks.check("statement", false, Reason.TYPE, "these are no claims of a Nitro document");
      return;
    }
    // Debug mode that is allowed passes no check: a passed one affirms that there is none.
    if (!allowDebug || !statement.debug()) {
      checks.check(
          "debug",
          !statement.debug(),
          Reason.DEBUG,
          "the enclave runs in debug mode: PCR 0 to 2 are zero");
    }
    String instance = instance(statement.moduleId());
    checks.check(
        "instance",
        !distrustedInstances.contains(instance),
        Reason.DISTRUSTED,
        "instance " + instance + " is distrusted");
    pcrs.forEach((index, allowed) -> {
      Bytes value = statement.pcrs().get(index);
      checks.check(
          "pcr" + index,
          value != null && allowed.contains(value),
          Reason.MEASUREMENT,
          value == null
              ? "PCR " + index + " is missing"
              : "PCR " + index + " is " + value.hex() + ", which is not allowed");
    });
  }

  private static String instance(String moduleId) {
    int enclave = moduleId.lastIndexOf("-enc");
    return enclave < 0 ? moduleId : moduleId.substring(0, enclave);
  }
}
