package dev.hanse.attestation.tdx;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.LoggedEvent;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The event log of a domain's boot: the TCG log that firmware and boot loader leave in the memory
 * which the ACPI table CCEL names. By the UEFI specification 2.10, chapter 38.4.1, the register of
 * an event there is 0 for MRTD and 1 to 4 for RTMR 0 to 3, all of SHA-384; RTMRs start at zero.
 *
 * <p>Nobody signed it: it is worth what the quote is worth whose RTMRs it explains, and only if it
 * does. RTMR 0 to 2 are for firmware and what it starts, so it must explain all of them; RTMR 3 is
 * for the running system, which keeps no log here, so it must be explained only if the log has
 * events of it. Immutable, any thread.
 *
 * @param log whose events all extend RTMRs, in SHA-384
 */
public record Ccel(EventLog log) {
  private static final TpmHash BANK = TpmHash.SHA384;
  private static final int RTMR_COUNT = 4;

  /** Index of the register for the running system. */
  private static final int RUNTIME = 3;

  private static final Set<Integer> REGISTERS = Set.of(1, 2, 3, 4);

  /** Firmware measures the variable SecureBoot into RTMR 0. */
  private static final int SECURE_BOOT_REGISTER = 1;

  private static final Bytes ZERO = Bytes.copyOf(new byte[BANK.bytes()]);

  /**
   * Reads a log, exactly: at most {@value EventLog#LIMIT_BYTES} bytes.
   *
   * @throws Rejection of stage parse if it is no TCG log, extends a register which is no RTMR, or
   *     is of another bank than SHA-384
   */
  public static Ccel read(Bytes content) throws Rejection {
    EventLog log = EventLog.read(content);
    require(
        log.banks().equals(List.of(BANK)),
        Reason.PCR_BANK,
        "a domain's log is of SHA-384 alone, not of " + log.banks());
    for (LoggedEvent event : log.events()) {
      require(
          event.isNote() || REGISTERS.contains(event.pcr()),
          Reason.INDEX,
          "an event extends register " + event.pcr() + ", which is no RTMR");
    }
    return new Ccel(log);
  }

  /**
   * Cuts a log out of the memory that was set aside for it, as Linux shows it in {@code
   * /sys/firmware/acpi/tables/data/CCEL}: behind the last event all is ones, as EDK II leaves it,
   * or zeros.
   *
   * @return what {@link #read} takes
   * @throws Rejection as {@link #read} does, or if something else is behind the last event
   */
  public static Bytes within(Bytes memory) throws Rejection {
    byte[] content = memory.toArray();
    ByteReader in = new ByteReader(content);
    in.skip(4 + 4 + TpmHash.SHA1.bytes(), "the first event");
    in.skip(in.u32Le("event size"), "event");
    while (in.remaining() > 0 && !isPadding(content, in.position())) {
      in.skip(4 + 4 + 4, "register, type and digest count");
      in.skip(2 + BANK.bytes(), "digest");
      in.skip(in.u32Le("event size"), "event");
    }
    Bytes log = Bytes.copyOf(Arrays.copyOf(content, in.position()));
    read(log);
    return log;
  }

  /** Neither is an event: there is no register of all ones, and no event of zeros has a digest. */
  private static boolean isPadding(byte[] content, int from) {
    byte padding = content[from];
    if (padding != 0 && padding != (byte) 0xFF) {
      return false;
    }
    for (int at = from; at < content.length; at++) {
      if (content[at] != padding) {
        return false;
      }
    }
    return true;
  }

  /** What RTMR 0 to 3 hold after these events. */
  public List<Bytes> rtmrs() {
    Map<Integer, Bytes> replayed = log.replay(BANK);
    List<Bytes> rtmrs = new ArrayList<>(RTMR_COUNT);
    for (int index = 0; index < RTMR_COUNT; index++) {
      rtmrs.add(replayed.getOrDefault(index + 1, ZERO));
    }
    return List.copyOf(rtmrs);
  }

  /** Indexes of the RTMRs which hold what these events lead to. */
  public Set<Integer> explained(TdReport report) {
    List<Bytes> replayed = rtmrs();
    Set<Integer> explained = new TreeSet<>();
    for (int index = 0; index < RTMR_COUNT; index++) {
      if (replayed.get(index).equals(report.rtmrs().get(index))) {
        explained.add(index);
      }
    }
    return explained;
  }

  /** Indexes of the RTMRs which it must explain and does not. */
  public Set<Integer> unexplained(TdReport report) {
    Set<Integer> wanted = new TreeSet<>(Set.of(0, 1, 2));
    if (log.events().stream().anyMatch(event -> !event.isNote() && event.pcr() == RUNTIME + 1)) {
      wanted.add(RUNTIME);
    }
    wanted.removeAll(explained(report));
    return wanted;
  }

  /** The first event whose text should be what was measured and is not. */
  public Optional<LoggedEvent> firstLie() {
    return log.firstLie(BANK, REGISTERS);
  }

  /** What it shows of UEFI Secure Boot: unknown unless it explains the quote and does not lie. */
  public SecureBoot secureBoot(TdReport report) {
    return unexplained(report).isEmpty() && firstLie().isEmpty()
        ? SecureBoot.of(log, SECURE_BOOT_REGISTER)
        : SecureBoot.UNKNOWN;
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
