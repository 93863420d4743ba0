package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.policy.Rules.Checks;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is wanted of the guest. An empty set of values means that the field is not asked about.
 *
 * @param measurements launch digests, 48 bytes each
 * @param hostData 32 bytes each
 * @param idKeyDigests of who may sign id blocks, 48 bytes each
 * @param authorKeyDigests of who may certify id keys, 48 bytes each
 * @param vmpls privilege levels that may ask for reports, 0 to 3; empty: none
 * @param forbiddenPolicy what a guest's policy must not allow or demand
 * @param requiredPolicy what a guest's policy must allow or demand
 * @param minimumSvn the lowest version of the image, unsigned 32 bits
 */
public record GuestRules(
    Set<Bytes> measurements,
    Set<Bytes> hostData,
    Set<Bytes> idKeyDigests,
    Set<Bytes> authorKeyDigests,
    Set<Integer> vmpls,
    Set<GuestPolicy> forbiddenPolicy,
    Set<GuestPolicy> requiredPolicy,
    long minimumSvn) {
  private static final int DIGEST_BYTES = 48;
  private static final int HOST_DATA_BYTES = 32;

  public GuestRules {
    measurements = sized(measurements, DIGEST_BYTES, "a measurement");
    hostData = sized(hostData, HOST_DATA_BYTES, "host data");
    idKeyDigests = sized(idKeyDigests, DIGEST_BYTES, "an id key's digest");
    authorKeyDigests = sized(authorKeyDigests, DIGEST_BYTES, "an author key's digest");
    vmpls = Set.copyOf(vmpls);
    forbiddenPolicy = Set.copyOf(forbiddenPolicy);
    requiredPolicy = Set.copyOf(requiredPolicy);
    for (int vmpl : vmpls) {
      if (vmpl < 0 || vmpl > 3) {
        throw new IllegalArgumentException("a VMPL is 0 to 3, was " + vmpl);
      }
    }
    if (minimumSvn < 0 || minimumSvn > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("a guest SVN has 32 bits, was " + minimumSvn);
    }
  }

  /** VMPL 0 only, no debugging, no migration agent; any image. */
  public static GuestRules strict() {
    return new GuestRules(
        Set.of(),
        Set.of(),
        Set.of(),
        Set.of(),
        Set.of(0),
        Set.of(GuestPolicy.DEBUG, GuestPolicy.MIGRATION_AGENT),
        Set.of(),
        0);
  }

  void judge(SnpStatement statement, Checks checks) {
    SnpReport report = statement.report();
    for (GuestPolicy flag : new TreeSet<>(forbiddenPolicy)) {
      checks.check(
          "guest-policy-without-" + word(flag),
          !report.allows(flag),
          reasonOf(flag),
          "the guest's policy has " + flag + ", which is forbidden here");
    }
    for (GuestPolicy flag : new TreeSet<>(requiredPolicy)) {
      checks.check(
          "guest-policy-with-" + word(flag),
          report.allows(flag),
          Reason.GUEST_POLICY,
          "the guest's policy lacks " + flag + ", which is required here");
    }
    checks.check(
        "vmpl",
        report.vmpl() <= 3 && vmpls.contains((int) report.vmpl()),
        Reason.VMPL,
        "VMPL " + report.vmpl() + " asked for the report, accepted are " + vmpls);
    oneOf(checks, "measurement", measurements, report.measurement(), Reason.MEASUREMENT);
    oneOf(checks, "host-data", hostData, report.hostData(), Reason.HOST_DATA);
    oneOf(checks, "id-key", idKeyDigests, report.idKeyDigest(), Reason.ID_KEY_DIGEST);
    if (!authorKeyDigests.isEmpty()) {
      checks.check(
          "author-key",
          report.authorKeyEnabled() && authorKeyDigests.contains(report.authorKeyDigest()),
          Reason.AUTHOR_KEY_DIGEST,
          "author key " + report.authorKeyDigest().hex() + " is not an accepted one");
    }
    checks.check(
        "guest-svn",
        report.guestSvn() >= minimumSvn,
        Reason.GUEST_SVN,
        "guest SVN is " + report.guestSvn() + ", at least " + minimumSvn + " is wanted");
  }

  private static void oneOf(
      Checks checks, String name, Set<Bytes> accepted, Bytes actual, Reason otherwise) {
    if (!accepted.isEmpty()) {
      checks.check(
          name,
          accepted.contains(actual),
          otherwise,
          name + " " + actual.hex() + " is not an accepted one");
    }
  }

  private static Reason reasonOf(GuestPolicy flag) {
    return switch (flag) {
      case DEBUG -> Reason.DEBUG_ALLOWED;
      case MIGRATION_AGENT -> Reason.MIGRATION_AGENT_ALLOWED;
      case SMT,
          SINGLE_SOCKET,
          CXL,
          AES_256_XTS,
          RAPL_DISABLED,
          CIPHERTEXT_HIDING,
          PAGE_SWAP_DISABLED ->
          Reason.GUEST_POLICY;
    };
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Set<Bytes> sized(Set<Bytes> values, int sizeBytes, String what) {
    for (Bytes value : values) {
      if (value.size() != sizeBytes) {
        throw new IllegalArgumentException(
            what + " has " + sizeBytes + " bytes, was " + value.size());
      }
    }
    return Set.copyOf(values);
  }
}
