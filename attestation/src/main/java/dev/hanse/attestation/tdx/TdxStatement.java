package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a quote states, with what Intel says of where it was made.
 *
 * @param version of the quote's format: 4 or 5
 */
public record TdxStatement(int version, TdReport report, PckPlatform platform, TcbEvaluation tcb)
    implements Statement {
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
    return Map.copyOf(facts);
  }
}
