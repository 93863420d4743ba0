package dev.hanse.attestation.tpm.eventlog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A TCG event log (PC Client Platform Firmware Profile 1.05, chapter 10), as Linux shows it in
 * {@code /sys/kernel/security/tpm0/binary_bios_measurements}: crypto-agile, or of SHA-1 alone as
 * firmware before 2016 wrote it. Little-endian throughout.
 *
 * @param agile whether it opens with a Spec ID event and names its banks
 * @param banks whose digests its events carry
 * @param startupLocality that PCR 0 started with, by the note that says so; 0 without
 * @param events in order, without the Spec ID event
 */
public record EventLog(
    boolean agile, List<TpmHash> banks, int startupLocality, List<LoggedEvent> events) {
  /** A real server's has 20 to 60 KiB; the rest of evidence needs room beside it. */
  public static final int LIMIT_BYTES = 192 * 1024;

  /** EV_NO_ACTION. */
  public static final long NO_ACTION = 0x00000003L;

  /** EV_SEPARATOR: firmware hands over. */
  public static final long SEPARATOR = 0x00000004L;

  /** EV_EFI_VARIABLE_DRIVER_CONFIG: a variable of the firmware, such as SecureBoot. */
  public static final long VARIABLE_DRIVER_CONFIG = 0x80000001L;

  /** EV_EFI_ACTION: a string. */
  public static final long EFI_ACTION = 0x80000007L;

  /**
   * Types whose digest is over their data as logged, by the profile and in every real log at hand.
   * Others hash something else (a file, a partition, a variable's content), or what vendors please.
   */
  private static final Set<Long> HASHES_ITS_DATA =
      Set.of(SEPARATOR, VARIABLE_DRIVER_CONFIG, EFI_ACTION);

  private static final byte[] SPEC_ID = "Spec ID Event03\0".getBytes(US_ASCII);
  private static final byte[] LOCALITY = "StartupLocality\0".getBytes(US_ASCII);

  /** The registers of a dynamic launch hold ones until there is one. */
  private static final int DYNAMIC_FIRST = 17;

  private static final int DYNAMIC_LAST = 22;
  private static final int HASH_LIMIT = 8;
  private static final int DIGEST_LIMIT_BYTES = 64;

  public EventLog {
    banks = List.copyOf(banks);
    events = List.copyOf(events);
  }

  /** Reads a log, exactly. */
  public static EventLog read(Bytes log) throws Rejection {
    unless(
        log.size() > 0 && log.size() <= LIMIT_BYTES,
        Reason.LENGTH,
        "an event log of " + log.size() + " bytes is not 1 to " + LIMIT_BYTES);
    ByteReader in = new ByteReader(log);
    Map<Integer, Integer> sizes = new HashMap<>();
    LoggedEvent first = legacyEvent(in);
    boolean agile = first.isNote() && startsWith(first.data(), SPEC_ID);
    List<LoggedEvent> events = new ArrayList<>();
    if (agile) {
      sizes.putAll(specId(first.data()));
    } else {
      events.add(first);
    }
    while (in.remaining() > 0) {
      events.add(agile ? agileEvent(in, sizes) : legacyEvent(in));
    }
    List<TpmHash> banks =
        agile
            ? sizes.keySet().stream().flatMap(code -> TpmHash.find(code).stream()).sorted().toList()
            : List.of(TpmHash.SHA1);
    return new EventLog(agile, banks, locality(events), events);
  }

  private static LoggedEvent legacyEvent(ByteReader in) throws Rejection {
    int pcr = pcr(in);
    long type = in.u32Le("event type");
    Bytes digest = in.bytes(TpmHash.SHA1.bytes(), "event digest");
    return new LoggedEvent(pcr, type, Map.of(TpmHash.SHA1, digest), content(in, type));
  }

  private static LoggedEvent agileEvent(ByteReader in, Map<Integer, Integer> sizes)
      throws Rejection {
    int pcr = pcr(in);
    long type = in.u32Le("event type");
    long count = in.u32Le("digest count");
    unless(
        count == sizes.size(),
        Reason.LENGTH,
        "an event has " + count + " digests, the log's banks are " + sizes.size());
    Map<Integer, Bytes> all = new HashMap<>();
    Map<TpmHash, Bytes> digests = new EnumMap<>(TpmHash.class);
    for (int i = 0; i < count; i++) {
      int code = in.u16Le("digest algorithm");
      Integer size = sizes.get(code);
      unless(
          size != null,
          Reason.STRUCTURE,
          "a digest of algorithm " + code + ", which is none of the log's");
      Bytes digest = in.bytes(size == null ? 0 : size, "event digest");
      unless(
          all.put(code, digest) == null, Reason.DUPLICATE, "an event has one bank's digest twice");
      TpmHash.find(code).ifPresent(bank -> digests.put(bank, digest));
    }
    return new LoggedEvent(pcr, type, digests, content(in, type));
  }

  private static int pcr(ByteReader in) throws Rejection {
    long index = in.u32Le("PCR index");
    unless(index <= Pcr.LAST, Reason.PCR_INDEX, "an event is of PCR " + index);
    return (int) index;
  }

  private static Bytes content(ByteReader in, long type) throws Rejection {
    long size = in.u32Le("event size");
    if (type == NO_ACTION || HASHES_ITS_DATA.contains(type)) {
      return in.bytes(size, "event");
    }
    in.skip(size, "event");
    return Bytes.copyOf(new byte[0]);
  }

  /** Sizes by algorithm, of TCG_EfiSpecIDEvent. */
  private static Map<Integer, Integer> specId(Bytes data) throws Rejection {
    ByteReader in = new ByteReader(data);
    in.skip(SPEC_ID.length + 4 + 4, "Spec ID event");
    long count = in.u32Le("hash count");
    unless(
        count >= 1 && count <= HASH_LIMIT,
        Reason.LENGTH,
        "a log of " + count + " banks is not one of 1 to " + HASH_LIMIT);
    Map<Integer, Integer> sizes = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int code = in.u16Le("hash algorithm");
      int size = in.u16Le("hash size");
      unless(
          size >= 1
              && size <= DIGEST_LIMIT_BYTES
              && TpmHash.find(code).map(TpmHash::bytes).orElse(size) == size,
          Reason.LENGTH,
          "digests of algorithm " + code + " do not have " + size + " bytes");
      unless(sizes.put(code, size) == null, Reason.DUPLICATE, "the log names one bank twice");
    }
    in.skip(in.u8("vendor size"), "vendor");
    in.end("the Spec ID event");
    return sizes;
  }

  private static int locality(List<LoggedEvent> events) throws Rejection {
    Optional<Integer> found = Optional.empty();
    boolean extended = false;
    for (LoggedEvent event : events) {
      extended |= event.pcr() == 0 && !event.isNote();
      if (!event.isNote() || !startsWith(event.data(), LOCALITY)) {
        continue;
      }
      unless(
          found.isEmpty() && !extended && event.pcr() == 0,
          Reason.STRUCTURE,
          "a startup locality stands twice, late or not in PCR 0");
      ByteReader in = new ByteReader(event.data());
      in.skip(LOCALITY.length, "startup locality");
      int locality = in.u8("startup locality");
      in.end("the startup locality");
      unless(
          locality == 0 || locality == 3 || locality == 4,
          Reason.STRUCTURE,
          "no TPM starts at locality " + locality);
      found = Optional.of(locality);
    }
    return found.orElse(0);
  }

  private static boolean startsWith(Bytes data, byte[] with) {
    if (data.size() < with.length) {
      return false;
    }
    byte[] content = data.toArray();
    for (int i = 0; i < with.length; i++) {
      if (content[i] != with[i]) {
        return false;
      }
    }
    return true;
  }

  /** What a TPM's registers hold after these events: those that any event extended. */
  public Map<Integer, Bytes> replay(TpmHash bank) {
    Map<Integer, byte[]> values = new HashMap<>();
    var digest = bank.digest();
    for (LoggedEvent event : events) {
      Bytes extended = event.digests().get(bank);
      if (event.isNote() || extended == null) {
        continue;
      }
      digest.update(values.computeIfAbsent(event.pcr(), pcr -> start(pcr, bank).toArray()));
      values.put(event.pcr(), digest.digest(extended.toArray()));
    }
    Map<Integer, Bytes> replayed = new HashMap<>();
    values.forEach((pcr, value) -> replayed.put(pcr, Bytes.copyOf(value)));
    return replayed;
  }

  /** What a register holds before anything extends it (PC Client TPM Profile 1.05, table 4). */
  public Bytes start(int pcr, TpmHash bank) {
    byte[] value = new byte[bank.bytes()];
    if (pcr == 0) {
      value[value.length - 1] = (byte) startupLocality;
    }
    if (pcr >= DYNAMIC_FIRST && pcr <= DYNAMIC_LAST) {
      Arrays.fill(value, (byte) 0xFF);
    }
    return Bytes.copyOf(value);
  }

  /** The first event whose data should be what was measured and is not, of some registers. */
  public Optional<LoggedEvent> firstLie(TpmHash bank, Set<Integer> pcrs) {
    return events.stream()
        .filter(event -> pcrs.contains(event.pcr()) && HASHES_ITS_DATA.contains(event.type()))
        .filter(event -> !event.hashesItsData(bank))
        .findFirst();
  }

  private static void unless(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
