package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an attestation document says. Null and absent are the same: both occur.
 *
 * @param moduleId names the enclave: instance id, hyphen, enclave id
 * @param timestamp when the Nitro Security Module made it
 * @param pcrs by index, 0 to 31; 48 bytes each: 0 the image, 1 kernel and boot, 2 the application,
 *     3 the instance's role, 4 the instance's id, 8 the certificate that signed the image
 * @param certificate the leaf, DER; its key signed this
 * @param cabundle DER, the root first
 */
public record NitroStatement(
    String moduleId,
    Instant timestamp,
    Map<Integer, Bytes> pcrs,
    Bytes certificate,
    List<Bytes> cabundle,
    Optional<Bytes> publicKey,
    Optional<Bytes> userData,
    Optional<Bytes> nonce)
    implements Statement {
  private static final int FIRST_APPLICATION_PCR = 3;

  public NitroStatement {
    pcrs = Collections.unmodifiableMap(new TreeMap<>(pcrs));
    cabundle = List.copyOf(cabundle);
  }

  /**
   * Whether the enclave runs in debug mode, its console open to the instance: then the registers 0
   * to 2 hold zeros. A register that is missing vouches for nothing.
   */
  public boolean debug() {
    for (int index = 0; index < FIRST_APPLICATION_PCR; index++) {
      Bytes value = pcrs.get(index);
      if (value != null && !isZero(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("module-id", moduleId);
    facts.put("timestamp", timestamp.toString());
    facts.put("debug", Boolean.toString(debug()));
    pcrs.forEach((index, value) -> {
      if (!isZero(value) || index < FIRST_APPLICATION_PCR) {
        facts.put("pcr" + index, value.hex());
      }
    });
    publicKey.ifPresent(key -> facts.put("public-key-sha256", key.sha256().hex()));
    return facts;
  }

  private static boolean isZero(Bytes value) {
    return value.equals(Bytes.copyOf(new byte[value.size()]));
  }
}
