package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a quote states, with what Intel says of where it was made.
 *
 * @param version of the quote's format: 4 or 5
 * @param eventLog as the node gave it: worth what its replay says; rules judge it
 */
public record TdxStatement(
    int version, TdReport report, PckPlatform platform, TcbEvaluation tcb, Optional<Ccel> eventLog)
    implements Statement {
  /** The same with the log that came beside the quote. */
  TdxStatement with(Optional<Ccel> log) {
    return new TdxStatement(version, report, platform, tcb, log);
  }

  /**
   * What was measured, by name. Of a log: {@code event-log}, the RTMRs it explains or {@code none}
   * if none came; {@code event-log-events}; {@code event-log-secure-boot}, a {@link SecureBoot}.
   */
  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new HashMap<>();
    for (TdxField field : TdxField.values()) {
      Optional<Bytes> value = field.of(this);
      value.ifPresent(present -> facts.put(field.label(), present.hex()));
    }
    facts.put("quote-version", String.valueOf(version));
    facts.put("td-attributes", "%016x".formatted(report.tdAttributes()));
    facts.put("tee-tcb-svn", report.teeTcbSvn().hex());
    facts.put("pceid", platform.pceId().hex());
    facts.put("tcb-status", tcb.worst().published());
    facts.put("tcb-evaluation", String.valueOf(tcb.evaluation()));
    facts.put("advisories", String.join(" ", tcb.advisories()));
    facts.put("event-log", "none");
    eventLog.ifPresent(log -> {
      facts.put(
          "event-log",
          log.explained(report).stream()
              .map(index -> "rtmr" + index)
              .collect(Collectors.joining(" ")));
      facts.put("event-log-events", Integer.toString(log.log().events().size()));
      facts.put("event-log-secure-boot", log.secureBoot(report).name());
    });
    return Map.copyOf(facts);
  }
}
