package dev.hanse.attestation.snp;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * An ATTESTATION_REPORT as its bytes say, nothing of it believed: 1184 bytes, little-endian, of
 * which the first 672 are signed (SEV-SNP Firmware ABI, publication 56860, "ATTESTATION_REPORT").
 * Reserved bytes are zero, those behind the signature too: nobody signed them.
 */
public final class SnpReport {
  public static final int SIZE_BYTES = 0x4A0;

  /** How many of them are signed. */
  static final int SIGNED_BYTES = 0x2A0;

  /** The VMPL of a report that the host asked for, not the guest. */
  public static final long HOST_VMPL = 0xFFFF_FFFFL;

  private static final int SIGNATURE_NUMBER_BYTES = 72;
  private static final int ECDSA_P384_WITH_SHA384 = 1;

  private final int version;
  private final long guestSvn;
  private final long policy;
  private final Bytes familyId;
  private final Bytes imageId;
  private final long vmpl;
  private final long currentTcb;
  private final long platform;
  private final SigningKey signingKey;
  private final boolean authorKeyEnabled;
  private final boolean chipKeyMasked;
  private final Bytes reportData;
  private final Bytes measurement;
  private final Bytes hostData;
  private final Bytes idKeyDigest;
  private final Bytes authorKeyDigest;
  private final Bytes reportId;
  private final Bytes migrationReportId;
  private final long reportedTcb;
  private final int cpuFamily;
  private final int cpuModel;
  private final int cpuStepping;
  private final Bytes chipId;
  private final long committedTcb;
  private final Firmware currentFirmware;
  private final Firmware committedFirmware;
  private final long launchTcb;
  private final long launchMitigations;
  private final long currentMitigations;
  private final BigInteger r;
  private final BigInteger s;
  private final Bytes signedDigest;

  /** A version of the SNP firmware; compares by major, minor, build. */
  public record Firmware(int major, int minor, int build) implements Comparable<Firmware> {
    @Override
    public int compareTo(Firmware that) {
      return Integer.compare(asNumber(), that.asNumber());
    }

    private int asNumber() {
      return major << 16 | minor << 8 | build;
    }

    @Override
    public String toString() {
      return major + "." + minor + "." + build;
    }
  }

  private SnpReport(ByteReader in, Bytes signedDigest) throws Rejection {
    this.signedDigest = signedDigest;
    long format = in.u32Le("VERSION");
    parse(format >= 2 && format <= 5, Reason.VERSION, "VERSION is " + format + ", not 2 to 5");
    version = (int) format;
    guestSvn = in.u32Le("GUEST_SVN");
    policy = in.u64Le("POLICY");
    parse(
        (policy & GuestPolicy.ALWAYS) != 0 && (policy & ~GuestPolicy.known()) == 0,
        Reason.RESERVED,
        "POLICY 0x" + Long.toHexString(policy) + " has reserved bits wrong");
    familyId = in.bytes(16, "FAMILY_ID");
    imageId = in.bytes(16, "IMAGE_ID");
    vmpl = in.u32Le("VMPL");
    parse(vmpl <= 3 || vmpl == HOST_VMPL, Reason.RESERVED, "VMPL is " + vmpl + ", which is none");
    long algorithm = in.u32Le("SIGNATURE_ALGO");
    parse(
        algorithm == ECDSA_P384_WITH_SHA384,
        Reason.SIG_ALGO,
        "SIGNATURE_ALGO is " + algorithm + ", not ECDSA P-384 with SHA-384");
    currentTcb = in.u64Le("CURRENT_TCB");
    platform = in.u64Le("PLATFORM_INFO");
    parse(
        (platform & ~PlatformFeature.known()) == 0,
        Reason.RESERVED,
        "PLATFORM_INFO 0x" + Long.toHexString(platform) + " has reserved bits set");
    long flags = in.u32Le("flags");
    parse(
        flags >>> 5 == 0,
        Reason.RESERVED,
        "flags 0x" + Long.toHexString(flags) + " have reserved bits set");
    authorKeyEnabled = (flags & 1) != 0;
    chipKeyMasked = (flags & 2) != 0;
    signingKey =
        SigningKey.ofCode((int) (flags >>> 2))
            .orElseThrow(() ->
                new Rejection(
                    Stage.PARSE,
                    Reason.SIGNER_NONE,
                    "SIGNING_KEY is " + (flags >>> 2) + ": neither a VCEK nor a VLEK signed"));
    in.zeros(4, "0x4C");
    reportData = in.bytes(64, "REPORT_DATA");
    measurement = in.bytes(48, "MEASUREMENT");
    hostData = in.bytes(32, "HOST_DATA");
    idKeyDigest = in.bytes(48, "ID_KEY_DIGEST");
    authorKeyDigest = in.bytes(48, "AUTHOR_KEY_DIGEST");
    reportId = in.bytes(32, "REPORT_ID");
    migrationReportId = in.bytes(32, "REPORT_ID_MA");
    reportedTcb = in.u64Le("REPORTED_TCB");
    cpuFamily = in.u8("CPUID_FAM_ID");
    cpuModel = in.u8("CPUID_MOD_ID");
    cpuStepping = in.u8("CPUID_STEP");
    parse(
        version > 2 || (cpuFamily | cpuModel | cpuStepping) == 0,
        Reason.RESERVED,
        "0x188 is reserved in version 2 and not zero");
    in.zeros(21, "0x18B");
    chipId = in.bytes(64, "CHIP_ID");
    committedTcb = in.u64Le("COMMITTED_TCB");
    currentFirmware = firmware(in, "CURRENT");
    committedFirmware = firmware(in, "COMMITTED");
    launchTcb = in.u64Le("LAUNCH_TCB");
    launchMitigations = in.u64Le("LAUNCH_MIT_VECTOR");
    currentMitigations = in.u64Le("CURRENT_MIT_VECTOR");
    parse(
        version > 4 || (launchMitigations | currentMitigations) == 0,
        Reason.RESERVED,
        "0x1F8 is reserved before version 5 and not zero");
    in.zeros(152, "0x208");
    r = number(in, "R");
    s = number(in, "S");
    in.zeros(SIZE_BYTES - in.position(), "0x330");
  }

  /**
   * Reads a report.
   *
   * @throws Rejection with {@code LENGTH}, {@code VERSION}, {@code RESERVED}, {@code SIG_ALGO} or
   *     {@code SIGNER_NONE}
   */
  public static SnpReport read(Bytes body) throws Rejection {
    parse(
        body.size() == SIZE_BYTES,
        Reason.LENGTH,
        "a report has " + SIZE_BYTES + " bytes, this one " + body.size());
    byte[] content = body.toArray();
    MessageDigest sha384;
    try {
      sha384 = MessageDigest.getInstance("SHA-384");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK has no SHA-384", missing);
    }
    sha384.update(content, 0, SIGNED_BYTES);
    return new SnpReport(new ByteReader(content), Bytes.copyOf(sha384.digest()));
  }

  private static Firmware firmware(ByteReader in, String which) throws Rejection {
    int build = in.u8(which + "_BUILD");
    int minor = in.u8(which + "_MINOR");
    int major = in.u8(which + "_MAJOR");
    in.zeros(1, "byte after " + which + "_MAJOR");
    return new Firmware(major, minor, build);
  }

  private static BigInteger number(ByteReader in, String field) throws Rejection {
    byte[] little = in.bytes(SIGNATURE_NUMBER_BYTES, field).toArray();
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    return new BigInteger(1, big);
  }

  private static void parse(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }

  /** 2 to 5. */
  public int version() {
    return version;
  }

  /** The guest owner's own version of the image, unsigned 32 bits. */
  public long guestSvn() {
    return guestSvn;
  }

  /** The whole guest policy, as {@link GuestPolicy} reads it. */
  public long policy() {
    return policy;
  }

  public boolean allows(GuestPolicy flag) {
    return flag.in(policy);
  }

  public Bytes familyId() {
    return familyId;
  }

  public Bytes imageId() {
    return imageId;
  }

  /** 0 to 3, or {@link #HOST_VMPL}. */
  public long vmpl() {
    return vmpl;
  }

  /** The whole PLATFORM_INFO, as {@link PlatformFeature} reads it. */
  public long platform() {
    return platform;
  }

  public boolean has(PlatformFeature feature) {
    return feature.in(platform);
  }

  public SigningKey signingKey() {
    return signingKey;
  }

  /** Whether the author key's digest stands for a key. */
  public boolean authorKeyEnabled() {
    return authorKeyEnabled;
  }

  /** Whether the platform is set up not to sign with the chip's key. */
  public boolean chipKeyMasked() {
    return chipKeyMasked;
  }

  /** 64 bytes of the caller's. */
  public Bytes reportData() {
    return reportData;
  }

  /** The launch digest, 48 bytes. */
  public Bytes measurement() {
    return measurement;
  }

  /** 32 bytes the host gave at launch. */
  public Bytes hostData() {
    return hostData;
  }

  /** SHA-384 of the key that signed the guest's id block; zeros where there was none. */
  public Bytes idKeyDigest() {
    return idKeyDigest;
  }

  /** SHA-384 of the key that certified the id key; zeros where there was none. */
  public Bytes authorKeyDigest() {
    return authorKeyDigest;
  }

  /** Names this guest, 32 bytes. */
  public Bytes reportId() {
    return reportId;
  }

  /** Names this guest's migration agent, 32 bytes. */
  public Bytes migrationReportId() {
    return migrationReportId;
  }

  /** Eight bytes, the first lowest, as all TCB versions here; its signing key is derived for it. */
  public long reportedTcb() {
    return reportedTcb;
  }

  /** Below this the platform cannot be rolled back. */
  public long committedTcb() {
    return committedTcb;
  }

  public long currentTcb() {
    return currentTcb;
  }

  /** The current one when the guest was launched. */
  public long launchTcb() {
    return launchTcb;
  }

  /** The product line of the CPU; empty in version 2 and for a CPU of no line known. */
  public Optional<Product> cpuProduct() {
    return Product.ofCpu(cpuFamily, cpuModel);
  }

  /** Family, model and stepping, hexadecimal. */
  public String cpu() {
    return "%02x%02x%02x".formatted(cpuFamily, cpuModel, cpuStepping);
  }

  /** 64 bytes; zeros where masked. */
  public Bytes chipId() {
    return chipId;
  }

  public Firmware currentFirmware() {
    return currentFirmware;
  }

  public Firmware committedFirmware() {
    return committedFirmware;
  }

  /** Which mitigations were on at launch, one bit each; zero before version 5. */
  public long launchMitigations() {
    return launchMitigations;
  }

  /** Which mitigations are on, one bit each; zero before version 5. */
  public long currentMitigations() {
    return currentMitigations;
  }

  /** The first number of the signature; not signed, of any size up to 576 bits. */
  BigInteger r() {
    return r;
  }

  BigInteger s() {
    return s;
  }

  /** SHA-384 of what is signed. */
  Bytes signedDigest() {
    return signedDigest;
  }
}
