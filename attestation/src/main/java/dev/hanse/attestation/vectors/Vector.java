package dev.hanse.attestation.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One case of a set.
 *
 * @param files by role, for example {@code report}
 * @param trustAnchor what the manifest names as anchor; a file's content where it names a file
 * @param anchorNote the manifest's words on the anchor, where it is no file
 * @param time what the clock is to say; empty where the case has no time
 * @param expect {@code accept}, {@code reject}, {@code any}, {@code crypto-ok}, {@code
 *     parse-ok-signature-bad}, {@code replay} or {@code match}
 * @param stage where a rejection must happen; {@code -} for none
 * @param reason the {@code Reason} by name; {@code OK} for none
 * @param params what reference values and expectations hold; an object
 * @param neighbours the files by role of every vector of its set, for cases about one another
 */
public record Vector(
    String id,
    Map<String, Bytes> files,
    Optional<Bytes> trustAnchor,
    String anchorNote,
    Optional<Instant> time,
    String expect,
    String stage,
    String reason,
    JsonNode params,
    List<Map<String, Bytes>> neighbours) {
  public Vector {
    files = Map.copyOf(files);
    neighbours = List.copyOf(neighbours);
  }

  /** A vector that stands alone. */
  public Vector(
      String id,
      Map<String, Bytes> files,
      Optional<Bytes> trustAnchor,
      String anchorNote,
      Optional<Instant> time,
      String expect,
      String stage,
      String reason,
      JsonNode params) {
    this(id, files, trustAnchor, anchorNote, time, expect, stage, reason, params, List.of());
  }

  Vector among(List<Map<String, Bytes>> others) {
    return new Vector(
        id, files, trustAnchor, anchorNote, time, expect, stage, reason, params, others);
  }

  /** A file by its role; empty bytes where the manifest has none of that name. */
  public Optional<Bytes> file(String role) {
    return Optional.ofNullable(files.get(role));
  }

  /** A parameter in hexadecimal. */
  public Optional<Bytes> hex(String param) {
    JsonNode value = params.get(param);
    return value == null || !value.isTextual()
        ? Optional.empty()
        : Optional.of(Bytes.ofHex(value.textValue()));
  }
}
