package dev.hanse.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against an edge that answers from a script. */
final class ExplainCommandIT {
  private static final String ANSWER =
      """
      {"model":"m","prefix_hash":"00000000000000ff","blocks":2,"prompt_tokens":40,"chosen":"acme.gpu-1",
       "outcome":"placed on acme.gpu-1 by key","steps":[
       {"how":"key","rank":0,"node":"acme.gpu-1","region":"eu-west","verdict":"chosen",
        "because":"below its bound, with room","weight":2500.4,"share":0.25,"blocks_held":0,
        "work_tokens":552,"in_flight_tokens":10,"soft_tokens":16384,"hard_tokens":100000,
        "price_micro_usd_per_mtok":{"input":100000,"cached_input":30000,"output":300000},"epoch":7},
       {"how":"-","rank":null,"node":"bee.gpu-1","region":"us-east","verdict":"excluded",
        "because":"excluded: price","weight":0,"share":0,"blocks_held":0,"work_tokens":552,
        "in_flight_tokens":0,"soft_tokens":0,"hard_tokens":0,
        "price_micro_usd_per_mtok":{"input":9000000,"cached_input":1,"output":9000000},"epoch":null}]}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private HttpServer server;
  private int status = 200;
  private String answer = ANSWER;

  @BeforeEach
  void listen() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                request
                    .body()
                    .onSuccess(body -> {
                      asked.add(
                          request.uri() + " " + request.getHeader("authorization") + " " + body);
                      var _ = request.response().setStatusCode(status).end(Buffer.buffer(answer));
                    }))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
  }

  @AfterEach
  void close() {
    var _ =
        vertx
            .close()
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
  }

  private record Ran(int code, String out, String err) {}

  private Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(
        List.of("--edge", "http://127.0.0.1:" + server.actualPort(), "--api-key", "hk-test"));
    CommandLine line =
        new CommandLine(new ExplainCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
      commandLine.getErr().println(failure.getMessage());
      return 1;
    });
    return new Ran(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
  }

  @Test
  void printsThePreferenceListAndTheVerdicts() throws Exception {
    Ran ran =
        run("--key", "What was the Hanse?", "--model", "m", "--provider", "{\"sort\":\"price\"}");

    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines())
        .anySatisfy(
            line -> assertThat(line).startsWith("m, prefix hash 00000000000000ff, 2 blocks"))
        .anySatisfy(line ->
            assertThat(line)
                .contains("key 1  acme.gpu-1  eu-west  chosen", "2500", "25.0 %", "0.10/0.30", "7"))
        .anySatisfy(
            line -> assertThat(line).contains("bee.gpu-1", "excluded: price").contains("9.00/9.00"))
        .contains("placed on acme.gpu-1 by key");
    String[] request = asked.poll(10, TimeUnit.SECONDS).split(" ", 4);
    assertThat(request[0]).isEqualTo("/hanse/v1/explain");
    assertThat(request[2]).isEqualTo("hk-test");
    var body = new ObjectMapper().readTree(request[3]);
    assertThat(body.path("messages").path(0).path("content").asText())
        .isEqualTo("What was the Hanse?");
    assertThat(body.path("provider").path("sort").asText()).isEqualTo("price");
  }

  @Test
  void readsThePromptFromAFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("prompt.txt"), "From a file");

    assertThat(run("--prompt-file", file.toString(), "--model", "m", "--json").out())
        .contains("\"prefix_hash\" : \"00000000000000ff\"");
    assertThat(asked.poll(10, TimeUnit.SECONDS)).contains("From a file");
  }

  @Test
  void passesAPrefixHashOn() throws Exception {
    assertThat(run("--prefix-hash", "ff", "--model", "m").code()).isZero();
    assertThat(asked.poll(10, TimeUnit.SECONDS)).startsWith("/hanse/v1/explain?prefix_hash=ff ");
  }

  @Test
  void saysWhyTheEdgeRefused() {
    status = 400;
    answer = "{\"error\":{\"message\":\"Invalid 'provider.sort': must be price.\"}}";

    Ran ran = run("--key", "x", "--model", "m");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("refused: Invalid 'provider.sort'");
  }

  @Test
  void refusesACommandLineWithNoneOrTwoPrompts() {
    assertThat(run("--model", "m").code()).isEqualTo(2);
    assertThat(run("--key", "x", "--prefix-hash", "ff", "--model", "m").code()).isEqualTo(2);
    assertThat(run("--key", "x").code()).isEqualTo(2);
    assertThat(run("--key", "x", "--model", "m", "--provider", "{").code()).isEqualTo(2);
  }
}
