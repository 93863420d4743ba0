package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * SEV-SNP and TDX evidence by Linux' {@code configfs-tsm} (kernel 6.7 and later,
 * Documentation/ABI/testing/configfs-tsm-report): a directory made there is a report to be; what is
 * written to its {@code inblob} comes back signed in its {@code outblob}. The kernel counts writes
 * in {@code generation}, so that an answer to somebody else's question is noticed.
 *
 * <p>SNP's certificates come with it, in {@code auxblob}, if the host provides them; TDX quotes
 * hold their own, and the log of the domain's boot goes with them. Blocking; any thread.
 */
public final class TsmCollector implements EvidenceCollector {
  public static final Path REPORTS = Path.of("/sys/kernel/config/tsm/report");

  private static final int ATTEMPTS = 3;
  private static final int WORD_LIMIT_BYTES = 256;
  private static final int TABLE_LIMIT_BYTES = 256 * 1024;

  private final Kind kind;
  private final Path reports;
  private final OptionalInt privilegeLevel;
  private final RandomGenerator random;
  private final Configfs files;
  private final CcelFile eventLog;

  /** What the kernel calls a technology's provider. */
  public enum Kind {
    SEV_SNP("sev-snp", "sev_guest", "sev-guest"),
    TDX("intel-tdx", "tdx_guest", "tdx-guest");

    private final String technology;
    private final String provider;
    private final String module;

    Kind(String technology, String provider, String module) {
      this.technology = technology;
      this.provider = provider;
      this.module = module;
    }

    public String technology() {
      return technology;
    }
  }

  /**
   * Collects from the kernel.
   *
   * @param reports {@link #REPORTS}, or where configfs is mounted instead
   * @param privilegeLevel 0 to 3, the VMPL to ask for (SNP only); empty for the kernel's own
   * @param random names the directories
   */
  public TsmCollector(Kind kind, Path reports, OptionalInt privilegeLevel, RandomGenerator random) {
    this(kind, reports, privilegeLevel, random, Configfs.KERNEL, CcelFile.NONE);
  }

  TsmCollector(
      Kind kind,
      Path reports,
      OptionalInt privilegeLevel,
      RandomGenerator random,
      Configfs files,
      CcelFile eventLog) {
    if (privilegeLevel.isPresent()
        && (privilegeLevel.getAsInt() < 0 || privilegeLevel.getAsInt() > 3)) {
      throw new IllegalArgumentException(
          "a privilege level is 0 to 3, was " + privilegeLevel.getAsInt());
    }
    this.kind = kind;
    this.reports = reports;
    this.privilegeLevel = privilegeLevel;
    this.random = random;
    this.files = files;
    this.eventLog = eventLog;
  }

  /** With the log of a TDX domain's boot beside its quotes. */
  public TsmCollector withEventLog(CcelFile log) {
    return new TsmCollector(kind, reports, privilegeLevel, random, files, log);
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    if (!Files.isDirectory(reports)) {
      throw new IOException(
          reports
              + " is not there, so this machine gives no "
              + kind.technology
              + " evidence: it needs Linux 6.7 or later with CONFIG_TSM_REPORTS, the module "
              + kind.module
              + " (modprobe "
              + kind.module
              + ") inside a confidential VM, and configfs mounted (mount -t configfs none"
              + " /sys/kernel/config)");
    }
    Path entry = reports.resolve("hanse-" + Long.toHexString(random.nextLong()));
    try {
      files.make(entry);
    } catch (AccessDeniedException denied) {
      throw new IOException(
          "no permission to make "
              + entry
              + ": run the node as root, or hand the directory over (chown USER "
              + reports
              + ")",
          denied);
    } catch (FileSystemException failed) {
      throw new IOException(
          "the kernel makes no report at "
              + entry
              + ": "
              + reason(failed)
              + "; is the module "
              + kind.module
              + " loaded?",
          failed);
    }
    try {
      return List.of(report(entry, reportData));
    } catch (FileSystemException failed) {
      throw new IOException(
          "the kernel gave no " + kind.technology + " report: " + explained(failed), failed);
    } finally {
      files.remove(entry);
    }
  }

  private Evidence report(Path entry, Bytes reportData) throws IOException {
    String provider = word(entry.resolve("provider"));
    if (!provider.equals(kind.provider)) {
      throw new IOException(
          "this machine's reports are by "
              + provider
              + ", not "
              + kind.provider
              + ": configure the technology it has");
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (privilegeLevel.isPresent()) {
        files.write(
            entry.resolve("privlevel"),
            Integer.toString(privilegeLevel.getAsInt()).getBytes(StandardCharsets.US_ASCII));
      }
      long before = generation(entry);
      files.write(entry.resolve("inblob"), reportData.toArray());
      Bytes body = files.read(entry.resolve("outblob"), Evidence.BODY_LIMIT_BYTES);
      List<Bytes> beside =
          switch (kind) {
            case SEV_SNP ->
                SnpCertificateTable.certificates(
                    files.read(entry.resolve("auxblob"), TABLE_LIMIT_BYTES).toArray());
            case TDX -> eventLog.read().stream().toList();
          };
      if (generation(entry) == before + 1) {
        return new Evidence(kind.technology, body, beside);
      }
    }
    throw new IOException(
        "another process keeps writing to " + entry + ": no report of ours in three attempts");
  }

  private long generation(Path entry) throws IOException {
    String word = word(entry.resolve("generation"));
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException unreadable) {
      throw new IOException(entry + "/generation is no number: " + word, unreadable);
    }
  }

  private String word(Path attribute) throws IOException {
    return new String(files.read(attribute, WORD_LIMIT_BYTES).toArray(), StandardCharsets.US_ASCII)
        .strip();
  }

  private static String explained(FileSystemException failed) {
    String reason = reason(failed);
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("file too large")) {
      return reason + " (EFBIG): the report is larger than this kernel takes; update the kernel";
    }
    if (lower.contains("resource busy") || lower.contains("temporarily unavailable")) {
      return reason + ": the security processor is busy; the next attempt may do";
    }
    if (failed instanceof AccessDeniedException) {
      return reason + ": run the node as root, or hand the report directory over";
    }
    return reason;
  }

  private static String reason(FileSystemException failed) {
    String reason = failed.getReason();
    return reason == null ? failed.getClass().getSimpleName() + " " + failed.getFile() : reason;
  }
}
