package dev.hanse.node.edge;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Load;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.Price;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.admission.KeyRing;
import dev.hanse.node.routing.Explained;
import dev.hanse.node.routing.PlacementRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/** An edge over real sockets with scripted serving behind it. */
final class EdgeUnderTest implements AutoCloseable {
  static final String KEY = "hk-demo-0123456789abcdef";
  static final String LIMITED = "hk-limited-0123456789abcdef";
  static final String NARROW = "hk-narrow-0123456789abcdef";
  static final String REVOKED = "hk-revoked-0123456789abcdef";
  static final String MODEL = "llama-3.1-8b-instruct";
  static final String CHAT =
      """
      {"model":"llama-3.1-8b-instruct","messages":[{"role":"user","content":"Hi"}]}\
      """;
  static final String STREAM =
      """
      {"model":"llama-3.1-8b-instruct","stream":true,"messages":[{"role":"user","content":"Hi"}]}\
      """;

  final ScriptedServing serving = new ScriptedServing();
  final BlockingQueue<EdgeObserver.Ending> endings = new LinkedBlockingQueue<>();
  final BlockingQueue<PlacementRequest> explained = new LinkedBlockingQueue<>();
  final AtomicBoolean ready = new AtomicBoolean(true);
  final EdgeServer server;
  final int port;
  private final Vertx vertx = Vertx.vertx();

  private EdgeUnderTest(Map<String, String> settings) {
    Map<String, String> flags = new HashMap<>(settings);
    flags.put("port", "0");
    EdgeConfig config = StrictYaml.read("", EdgeConfig.class, Map.of(), flags);
    KeyRing keys = new KeyRing(InstantSource.system());
    keys.update(
        List.of(
            key("demo", KEY, Set.of(), 0, 0, false),
            key("limited", LIMITED, Set.of(), 2, 5000, false),
            key("narrow", NARROW, Set.of(new ModelId("other")), 0, 0, false),
            key("revoked", REVOKED, Set.of(), 0, 0, true)));
    List<MemberView> members = List.of(new MemberView(ScriptedServing.NODE, Load.IDLE));
    EdgePorts ports =
        new EdgePorts(
            serving,
            _ ->
                new EdgeObserver.Observation() {
                  @Override
                  public void ended(EdgeObserver.Ending ending) {
                    endings.add(ending);
                  }
                },
            () -> members,
            ready::get,
            () -> Buffer.buffer("hanse_up 1\n"),
            this::explained);
    server = new EdgeServer(vertx, config, keys, ports, RandomGenerator.of("SecureRandom"));
    port = await(server.start());
  }

  /** Notes what was asked, and says that its node was chosen. */
  Explained explained(PlacementRequest request) {
    explained.add(request);
    return new Explained(
        request.model(),
        request.chain().key(),
        request.chain().length(),
        request.promptTokens(),
        List.of(
            new Explained.Step(
                "key",
                OptionalInt.of(0),
                ScriptedServing.NODE.id(),
                ScriptedServing.NODE.region(),
                new Price(100_000, 30_000, 300_000),
                OptionalLong.of(7),
                1.5,
                0.25,
                3,
                600,
                1_000,
                20_000,
                100_000,
                Explained.Verdict.CHOSEN,
                "below its bound, with room")),
        Optional.of(ScriptedServing.NODE.id()),
        "placed on it");
  }

  static EdgeUnderTest start(String... settings) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      flags.put(settings[i], settings[i + 1]);
    }
    return new EdgeUnderTest(flags);
  }

  RawClient connect() throws IOException {
    return new RawClient(port);
  }

  EdgeObserver.Ending ending() throws InterruptedException {
    EdgeObserver.Ending ending = endings.poll(10, TimeUnit.SECONDS);
    if (ending == null) {
      throw new AssertionError("no request ended");
    }
    return ending;
  }

  Vertx vertx() {
    return vertx;
  }

  @Override
  public void close() {
    var _ = await(server.close());
    var _ = await(vertx.close());
  }

  static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static ClientKey key(
      String id, String text, Set<ModelId> models, long requests, long tokens, boolean revoked) {
    return new ClientKey(
        id, sha256(text), "tenant-" + id, models, requests, tokens, Optional.empty(), revoked, 1);
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
