package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which control plane to ask, and with what right. Where neither options nor environment say, a
 * demo running on this machine is asked: it leaves its address in {@link DemoSession}.
 */
final class AdminOptions {
  @Option(
      names = "--admin",
      paramLabel = "URL",
      description = "Admin API of a control plane (HANSE_ADMIN; else the running demo's).")
  private @Nullable URI admin;

  @Option(
      names = "--admin-token-file",
      paramLabel = "FILE",
      description = "File with the admin token (else HANSE_ADMIN_TOKEN; else the running demo's).")
  private @Nullable Path tokenFile;

  @Option(names = "--json", description = "Print the API's JSON instead of a table.")
  private boolean json;

  AdminClient client() throws IOException {
    Optional<DemoSession> demo = DemoSession.read();
    URI url =
        admin != null
            ? admin
            : Optional.ofNullable(System.getenv("HANSE_ADMIN"))
                .map(URI::create)
                .or(() -> demo.map(DemoSession::admin))
                .orElseThrow(() ->
                    new IllegalStateException(
                        "which control plane? Give --admin URL or set HANSE_ADMIN; no demo is"
                            + " running here"));
    String token = tokenFile != null ? Files.readString(tokenFile).strip() : tokenOf(demo);
    return new AdminClient(url, token);
  }

  private static String tokenOf(Optional<DemoSession> demo) {
    return Optional.ofNullable(System.getenv("HANSE_ADMIN_TOKEN"))
        .or(() -> demo.map(DemoSession::adminToken))
        .orElseThrow(() ->
            new IllegalStateException(
                "the admin API needs a token: give --admin-token-file FILE or set"
                    + " HANSE_ADMIN_TOKEN"));
  }

  /** Prints the answer as JSON when that was asked for, and says whether it did. */
  boolean printedAsJson(JsonNode answer, PrintWriter out) {
    if (json) {
      out.println(answer.toPrettyString());
      out.flush();
    }
    return json;
  }
}
