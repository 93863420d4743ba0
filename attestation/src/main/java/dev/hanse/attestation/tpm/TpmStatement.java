package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a verified quote states.
 *
 * @param key whose quote it is
 * @param pcrs exactly what was quoted
 * @param eventLog as the node gave it: worth what its replay says; rules judge it
 */
public record TpmStatement(
    KnownKey key, Quote quote, Map<Pcr, Bytes> pcrs, Optional<EventLog> eventLog)
    implements Statement {
  public TpmStatement {
    pcrs = Map.copyOf(pcrs);
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("ak-name", key.name().hex());
    key.endorsementKeyName().ifPresent(name -> facts.put("ek-name", name.hex()));
    facts.put("firmware-version", Long.toHexString(quote.firmwareVersion()));
    facts.put("reset-count", Long.toString(quote.counters().resetCount()));
    facts.put("restart-count", Long.toString(quote.counters().restartCount()));
    facts.put("clock-millis", Long.toUnsignedString(quote.counters().clockMillis()));
    pcrs.forEach(
        (pcr, value) -> facts.put("pcr-" + pcr.bank().bank() + "-" + pcr.index(), value.hex()));
    eventLog.ifPresent(log -> {
      facts.put("event-log-events", Integer.toString(log.events().size()));
      facts.put("event-log-secure-boot", SecureBoot.of(log).name());
    });
    return facts;
  }
}
