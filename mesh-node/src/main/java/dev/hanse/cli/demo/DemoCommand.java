package dev.hanse.cli.demo;

import dev.hanse.cli.admin.DemoSession;
import dev.hanse.cli.demo.DemoPlan.RealEngine;
import dev.hanse.cli.mesh.RunningProcess;
import dev.hanse.node.EngineConfig.Dialect;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.Provider;
import dev.hanse.provider.anthropic.AnthropicProvider;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import dev.hanse.provider.openai.OpenAiProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hanse demo}: a whole mesh on this machine, ready in seconds. */
@Command(
    name = "demo",
    description = {
      "Runs a mesh of three regions on this machine: a control plane, an edge and three",
      "provider nodes each, over real sockets with mutual TLS, on simulated engines."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  /** What an engine that does not say is taken to hold. */
  private static final int USUAL_CONTEXT = 8_192;

  private static final int MOST_MODELS = 16;

  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port of the first edge; the other two follow. Default: 8080.")
  private int port;

  @Option(
      names = "--admin-port",
      defaultValue = "9070",
      description = "Port of the first admin API; the other two follow. Default: 9070.")
  private int adminPort;

  @Option(
      names = "--engine",
      paramLabel = "DIALECT=URL",
      description = {
        "A real engine behind every provider, for example openai=http://127.0.0.1:8000;",
        "dialects: openai, anthropic. Its key is read from HANSE_ENGINE_KEY."
      })
  private @Nullable String engine;

  @Option(
      names = "--time-scale",
      defaultValue = "1",
      description = "How many times faster than real the simulated engines are. Default: 1.")
  private double timeScale;

  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description = "An OTLP/HTTP collector for traces and metrics, e.g. http://127.0.0.1:4318.")
  private @Nullable URI otlp;

  @Override
  public Integer call() throws Exception {
    long startedNanos = System.nanoTime();
    if (port < 1 || port > 65_533 || adminPort < 1 || adminPort > 65_533) {
      throw new ParameterException(
          spec.commandLine(), "ports must be 1 to 65533: three are used, one after the other");
    }
    if (!(timeScale > 0 && timeScale <= 1000)) {
      throw new ParameterException(spec.commandLine(), "--time-scale must be above 0, up to 1000");
    }
    PrintWriter out = spec.commandLine().getOut();
    requireFree("edge", "--port", port);
    requireFree("admin API", "--admin-port", adminPort);
    DemoPlan plan = DemoPlan.standard().withPorts(port, adminPort).withTimeScale(timeScale);
    if (engine != null) {
      plan = plan.withReal(realEngine(engine));
    }
    if (otlp != null) {
      plan = plan.withOtlp(otlp);
    }
    DemoMesh mesh = DemoMesh.start(plan);
    DemoSession session =
        new DemoSession(
            ProcessHandle.current().pid(),
            mesh.admin(mesh.regions().getFirst()),
            mesh.adminToken(),
            mesh.key());
    try {
      session.write();
    } catch (IOException failure) {
      out.println("hanse status will need --admin: " + failure.getMessage());
    }
    new Welcome(mesh, plan).print(out, Duration.ofNanos(System.nanoTime() - startedNanos));
    RunningProcess.untilStopped(
        out,
        () ->
            Future.future(stopped ->
                Thread.ofPlatform()
                    .name("stop-mesh")
                    .start(() -> {
                      mesh.close();
                      try {
                        session.remove();
                      } catch (IOException left) {
                        out.println("left behind: " + left.getMessage());
                      }
                      stopped.complete();
                    })));
    return 0;
  }

  /** Names the port that is taken before anything is started. */
  private static void requireFree(String what, String option, int first) {
    for (int each = first; each < first + 3; each++) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), each), 1);
      } catch (IOException taken) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "port %d, which an %s of the demo needs, is taken (%s); free it, or choose another"
                    + " first port with %s",
                each,
                what,
                taken.getMessage(),
                option),
            taken);
      }
    }
  }

  private RealEngine realEngine(String text) throws Exception {
    int split = text.indexOf('=');
    Dialect dialect =
        switch (split < 0 ? "" : text.substring(0, split)) {
          case "openai" -> Dialect.OPENAI;
          case "anthropic" -> Dialect.ANTHROPIC;
          default ->
              throw new ParameterException(
                  spec.commandLine(), "--engine must be openai=URL or anthropic=URL, was " + text);
        };
    URI url = URI.create(text.substring(split + 1));
    Optional<String> key = Optional.ofNullable(System.getenv("HANSE_ENGINE_KEY"));
    return new RealEngine(dialect, url, key, modelsOf(dialect, url, key));
  }

  private static List<RealEngine.Model> modelsOf(Dialect dialect, URI url, Optional<String> key)
      throws Exception {
    Vertx vertx = RunningProcess.vertx();
    Secret secret = key.map(Secret::new).orElse(Secret.NONE);
    UpstreamConfig upstream = UpstreamConfig.of(url, secret, 1);
    Provider provider =
        dialect == Dialect.ANTHROPIC
            ? AnthropicProvider.create(
                vertx, upstream, AnthropicProvider.DEFAULT_MAX_TOKENS, Clock.systemUTC())
            : OpenAiProvider.create(
                vertx, upstream, OpenAiProvider.usualCapability("openai"), Clock.systemUTC());
    try {
      List<RealEngine.Model> models = new ArrayList<>();
      for (EngineModel model : RunningProcess.awaitStart(provider.models())) {
        if (models.size() < MOST_MODELS) {
          models.add(
              new RealEngine.Model(
                  model.id(), model.contextTokens() > 0 ? model.contextTokens() : USUAL_CONTEXT));
        }
      }
      if (models.isEmpty()) {
        throw new IllegalStateException("the engine at " + url + " has no model loaded");
      }
      return models;
    } catch (Exception failure) {
      throw new IllegalStateException(
          "the engine at " + url + " does not say which models it has: " + failure.getMessage(),
          failure);
    } finally {
      RunningProcess.awaitStart(provider.close().transform(closed -> vertx.close()));
    }
  }
}
