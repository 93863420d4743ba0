package dev.hanse.attestation.vectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A manifest and the files it names. */
public record VectorSet(List<Case> cases) {
  private static final Pattern NAMED_CHAIN = Pattern.compile("\\bchain ([a-z_]{1,40}\\.pem)\\b");

  /** Files that a vector's parameters name: NVIDIA's manifest, a TDX domain's event log. */
  private static final List<String> NAMED_BY_PARAMS = List.of("rim", "ccel");

  private static final long FILE_LIMIT_BYTES = 4L << 20;

  /** Which technology a vector is of, where its entry does not say, by the first word of its id. */
  private static final Map<String, String> BY_PREFIX =
      Map.of(
          "snp", "sev-snp",
          "tdx", "intel-tdx",
          "tpm", "tpm2",
          "nitro", "aws-nitro",
          "nvidia", "nvidia-gpu",
          "azure-vtpm", "composite-azure-vtpm");

  /**
   * One vector and what it is of.
   *
   * @param genuine whether it is a real capture: its id says {@code -real/}, or it stands in a
   *     folder {@code real}
   */
  public record Case(String technology, boolean genuine, Vector vector) {}

  public VectorSet {
    cases = List.copyOf(cases);
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
    if (folder == null || !Files.isRegularFile(absolute)) {
      throw new IOException(manifest + " is not a file");
    }
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(content(absolute).toArray());
    } catch (JsonProcessingException broken) {
      throw new IOException(manifest + " is not JSON: " + broken.getOriginalMessage(), broken);
    }
    JsonNode list = root == null ? null : root.get("vectors");
    if (list == null || !list.isArray()) {
      throw new IOException(manifest + " has no list \"vectors\"");
    }
    List<Case> alone = new ArrayList<>();
    for (JsonNode entry : list) {
      alone.add(caseOf(folder, entry));
    }
    List<Map<String, Bytes>> files = alone.stream().map(each -> each.vector().files()).toList();
    return new VectorSet(
        alone.stream()
            .map(each -> new Case(each.technology(), each.genuine(), each.vector().among(files)))
            .toList());
  }

  private static Case caseOf(Path folder, JsonNode entry) throws IOException {
    Vector vector = vector(folder, entry);
    String set =
        vector.id().contains("/") ? vector.id().substring(0, vector.id().indexOf('/')) : "";
    boolean genuine = set.endsWith("-real") || folder.endsWith("real");
    String prefix = set.endsWith("-real") ? set.substring(0, set.length() - 5) : set;
    Path above = folder.getParent();
    String named = entry.path("tech").asText(BY_PREFIX.getOrDefault(prefix, ""));
    String technology =
        named.isEmpty() && above != null ? String.valueOf(above.getFileName()) : named;
    return new Case(technology, genuine, vector);
  }

  private static Vector vector(Path folder, JsonNode entry) throws IOException {
    Map<String, Bytes> files = new HashMap<>();
    for (Map.Entry<String, JsonNode> file : entry.path("files").properties()) {
      files.put(file.getKey(), content(inside(folder, file.getValue().asText())));
    }
    Optional<Path> chain = namedChain(folder, entry.path("note").asText(""));
    if (chain.isPresent()) {
      files.putIfAbsent("chain", content(chain.get()));
    }
    for (String role : NAMED_BY_PARAMS) {
      String name = entry.path("params").path(role).asText("");
      if (!name.isEmpty()) {
        files.put(role, content(inside(folder, name)));
      }
    }
    String anchor = entry.path("trust_anchor").asText("");
    boolean file = anchor.matches("[A-Za-z0-9_./-]+\\.(pem|der)");
    Optional<Instant> time = time(entry);
    return new Vector(
        text(entry, "id"),
        files,
        file ? Optional.of(content(inside(folder, anchor))) : Optional.empty(),
        file ? "" : anchor,
        time,
        text(entry, "expect"),
        text(entry, "stage"),
        text(entry, "reason"),
        entry.path("params"));
  }

  /**
   * Where a capture came without its vendor's chain, its note names one that stands with the
   * vendor's own captures: "chain ask_ark_milan.pem".
   */
  private static Optional<Path> namedChain(Path folder, String note) {
    Matcher named = NAMED_CHAIN.matcher(note);
    Path sets = folder.resolve("../..").normalize();
    return named.find()
        ? Optional.of(sets.resolve("sev-snp/real/amd-ca").resolve(named.group(1)))
            .filter(Files::isRegularFile)
        : Optional.empty();
  }

  private static Optional<Instant> time(JsonNode entry) throws IOException {
    String time = entry.path("time").asText("-");
    try {
      return time.equals("-") ? Optional.empty() : Optional.of(Instant.parse(time));
    } catch (DateTimeParseException unknown) {
      throw new IOException(text(entry, "id") + " has the time " + time, unknown);
    }
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
