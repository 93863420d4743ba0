package dev.hanse.node.identity.collect;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands in for Azure's metadata service: answers each path as it was told, and remembers. */
final class PretendMetadata implements AutoCloseable {
  static final String CERTIFICATES = "/metadata/THIM/amd/certification";
  static final String QUOTE = "/acc/tdquote";

  /** What it was asked: method, path, the header it wants, and the body. */
  record Asked(String method, String path, String metadata, String body) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Answer> answers = new HashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  /** Writes an answer to a question. */
  interface Answer {
    void write(HttpExchange exchange) throws IOException, InterruptedException;
  }

  PretendMetadata() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void answer(String path, String json) {
    answer(path, exchange -> send(exchange, 200, json));
  }

  void answer(String path, Answer answer) {
    answers.put(path, answer);
  }

  /** Sends the start of an answer and then nothing until the test ends. */
  void stall(String path) {
    answer(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          ended.await();
        });
  }

  /** Sends an answer that does not end by itself. */
  void flood(String path) {
    answer(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          while (ended.getCount() > 0) {
            out.write(new byte[8192]);
          }
        });
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              String.valueOf(exchange.getRequestHeaders().getFirst("Metadata")),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      answers
          .getOrDefault(exchange.getRequestURI().getPath(), all -> send(all, 404, ""))
          .write(exchange);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
