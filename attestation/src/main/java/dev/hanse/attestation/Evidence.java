package dev.hanse.attestation;

import java.util.List;

/**
 * What an attester offers as proof, exactly as received: nothing in it is believed yet.
 *
 * @param technology the registered name of its format, for example {@code simulated}
 * @param body the signed statement, at most {@value #BODY_LIMIT_BYTES} bytes
 * @param collateral what comes along to check it, such as intermediate certificates: never an
 *     anchor; at most {@value #COLLATERAL_LIMIT_BYTES} bytes in all
 */
public record Evidence(String technology, Bytes body, List<Bytes> collateral) {
  public static final int BODY_LIMIT_BYTES = 256 * 1024;
  public static final int COLLATERAL_LIMIT_BYTES = 1024 * 1024;

  public Evidence {
    collateral = List.copyOf(collateral);
  }

  /** Evidence that needs no collateral. */
  public Evidence(String technology, Bytes body) {
    this(technology, body, List.of());
  }

  /** Names this very evidence in results and logs: over body and collateral, length-prefixed. */
  public Bytes digest() {
    Encoding encoding = new Encoding("hanse/evidence/v1").text(technology).bytes(body);
    encoding.count(collateral.size());
    collateral.forEach(encoding::bytes);
    return encoding.sha256();
  }

  /** Of all its collateral together. */
  public long collateralBytes() {
    return collateral.stream().mapToLong(Bytes::size).sum();
  }
}
