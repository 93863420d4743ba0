package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where a running demo can be asked: a file in {@code HANSE_HOME} (default {@code ~/.hanse}),
 * readable by its owner alone, that lives as long as the demo does.
 *
 * @param pid of the demo's process; a session whose process is gone does not count
 * @param key a client key that works in it
 */
public record DemoSession(long pid, URI admin, String adminToken, String key) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The session of a demo that runs on this machine. */
  public static Optional<DemoSession> read() throws IOException {
    Path file = file();
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    JsonNode node = JSON.readTree(Files.readAllBytes(file));
    DemoSession session =
        new DemoSession(
            node.path("pid").asLong(),
            URI.create(node.path("admin").asText()),
            node.path("adminToken").asText(),
            node.path("key").asText());
    return ProcessHandle.of(session.pid).isPresent() ? Optional.of(session) : Optional.empty();
  }

  /** Leaves this session for the other commands to find. */
  public void write() throws IOException {
    Path file = file();
    Files.createDirectories(file.getParent());
    Path fresh =
        Files.createTempFile(
            file.getParent(),
            "demo",
            ".json",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(
        fresh,
        JSON.writeValueAsBytes(
            JSON.createObjectNode()
                .put("pid", pid)
                .put("admin", admin.toString())
                .put("adminToken", adminToken)
                .put("key", key)));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the file, unless another demo has taken it over. */
  public void remove() throws IOException {
    if (read().filter(left -> left.pid == pid).isPresent()) {
      Files.deleteIfExists(file());
    }
  }

  private static Path file() {
    String home = System.getenv("HANSE_HOME");
    Path folder = home != null ? Path.of(home) : Path.of(System.getProperty("user.home"), ".hanse");
    return folder.resolve("demo.json");
  }

  @Override
  public String toString() {
    return "DemoSession[" + pid + ", " + admin + "]";
  }
}
