package dev.hanse.attestation.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A manifest and the files it names.
 *
 * @param technology the folder over the manifest's own, which names the technology
 * @param genuine whether they are real captures: the manifest's folder is {@code real}
 */
public record VectorSet(String technology, boolean genuine, List<Vector> vectors) {
  private static final long FILE_LIMIT_BYTES = 4L << 20;

  public VectorSet {
    vectors = List.copyOf(vectors);
  }

  /**
   * Reads a manifest.
   *
   * @throws IOException if it or a file it names cannot be read, leads out of its folder or is not
   *     what a manifest holds
   */
  public static VectorSet read(Path manifest) throws IOException {
    Path absolute = manifest.toAbsolutePath().normalize();
    Path folder = absolute.getParent();
    Path above = folder == null ? null : folder.getParent();
    if (folder == null || above == null || above.getFileName() == null) {
      throw new IOException(manifest + " does not stand in a technology's folder");
    }
    JsonNode root = new ObjectMapper().readTree(content(absolute).toArray());
    JsonNode list = root.path("vectors");
    if (!list.isArray()) {
      throw new IOException(manifest + " has no \"vectors\"");
    }
    List<Vector> vectors = new ArrayList<>();
    for (JsonNode entry : list) {
      vectors.add(vector(folder, entry));
    }
    return new VectorSet(
        above.getFileName().toString(), folder.getFileName().toString().equals("real"), vectors);
  }

  private static Vector vector(Path folder, JsonNode entry) throws IOException {
    Map<String, Bytes> files = new HashMap<>();
    for (Map.Entry<String, JsonNode> file : entry.path("files").properties()) {
      files.put(file.getKey(), content(inside(folder, file.getValue().asText())));
    }
    String anchor = entry.path("trust_anchor").asText("");
    boolean file = anchor.matches("[A-Za-z0-9_./-]+\\.(pem|der)");
    String time = entry.path("time").asText("-");
    return new Vector(
        text(entry, "id"),
        files,
        file ? Optional.of(content(inside(folder, anchor))) : Optional.empty(),
        file ? "" : anchor,
        time.equals("-") ? Optional.empty() : Optional.of(Instant.parse(time)),
        text(entry, "expect"),
        text(entry, "stage"),
        text(entry, "reason"),
        entry.path("params"));
  }

  private static Path inside(Path folder, String name) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder)) {
      throw new IOException("the manifest names " + name + ", which is outside its folder");
    }
    return file;
  }

  private static Bytes content(Path file) throws IOException {
    if (Files.size(file) > FILE_LIMIT_BYTES) {
      throw new IOException(file.getFileName() + " is over " + FILE_LIMIT_BYTES + " bytes");
    }
    return Bytes.copyOf(Files.readAllBytes(file));
  }

  private static String text(JsonNode entry, String field) throws IOException {
    JsonNode value = entry.get(field);
    if (value == null || !value.isTextual()) {
      throw new IOException("a vector lacks \"" + field + "\"");
    }
    return value.textValue();
  }
}
