package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.cli.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse keys}: clients' API keys and providers' join tokens. */
@Command(
    name = "keys",
    description = "Makes, lists and revokes clients' API keys and providers' join tokens.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name one of create, list, revoke, join-token");
  }

  @Command(name = "create", description = "Makes an API key and prints it, once.")
  int create(
      @Mixin AdminOptions options,
      @Option(names = "--tenant", required = true, description = "Whom its use is billed to.")
          String tenant,
      @Option(names = "--model", description = "A model it may use; repeat for more. Default: all.")
          @Nullable List<String> models,
      @Option(names = "--rpm", description = "Requests per minute; 0 for no limit.") long rpm,
      @Option(names = "--tpm", description = "Tokens per minute; 0 for no limit.") long tpm,
      @Option(names = "--expires-at", description = "For example 2027-01-01T00:00:00Z.")
          @Nullable Instant expiresAt)
      throws Exception {
    ObjectNode wanted = AdminClient.json().createObjectNode().put("tenant", tenant);
    if (models != null) {
      models.forEach(wanted.putArray("models")::add);
    }
    wanted.put("requestsPerMinute", rpm).put("tokensPerMinute", tpm);
    if (expiresAt != null) {
      wanted.put("expiresAt", expiresAt.toString());
    }
    JsonNode made = options.client().post("/admin/v1/keys", wanted);
    if (!options.printedAsJson(made, spec.commandLine().getOut())) {
      say(made.path("key").asText());
    }
    return 0;
  }

  @Command(name = "list", description = "Lists API keys, without their secrets.")
  int list(@Mixin AdminOptions options) throws Exception {
    JsonNode answer = options.client().get("/admin/v1/keys");
    if (options.printedAsJson(answer, spec.commandLine().getOut())) {
      return 0;
    }
    Table table = new Table("KEY", "TENANT", "MODELS", "RPM>", "TPM>", "EXPIRES", "STATE");
    for (JsonNode key : answer.path("keys")) {
      List<String> models = new ArrayList<>(AdminClient.texts(key.path("models")));
      table.row(
          key.path("keyId").asText(),
          key.path("tenant").asText(),
          models.isEmpty() ? "all" : String.join(" ", models),
          limit(key.path("requestsPerMinute").asLong()),
          limit(key.path("tokensPerMinute").asLong()),
          key.path("expiresAt").asText("never"),
          key.path("revoked").asBoolean() ? "revoked" : "valid");
    }
    table.print(spec.commandLine().getOut());
    return 0;
  }

  @Command(name = "revoke", description = "Revokes an API key in every region.")
  int revoke(@Mixin AdminOptions options, @Parameters(paramLabel = "KEY-ID") String keyId)
      throws Exception {
    JsonNode answer = options.client().delete("/admin/v1/keys/" + keyId);
    if (!options.printedAsJson(answer, spec.commandLine().getOut())) {
      say(keyId + " is revoked");
    }
    return 0;
  }

  @Command(
      name = "join-token",
      description =
          "Makes a token with which nodes of one provider may enrol, and prints it, once.")
  int joinToken(
      @Mixin AdminOptions options,
      @Option(names = "--provider", required = true, description = "For example acme.")
          String provider)
      throws Exception {
    JsonNode made =
        options
            .client()
            .post(
                "/admin/v1/join-tokens",
                AdminClient.json().createObjectNode().put("provider", provider));
    if (!options.printedAsJson(made, spec.commandLine().getOut())) {
      say(made.path("token").asText());
    }
    return 0;
  }

  private static String limit(long perMinute) {
    return perMinute == 0 ? "-" : Long.toString(perMinute);
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
