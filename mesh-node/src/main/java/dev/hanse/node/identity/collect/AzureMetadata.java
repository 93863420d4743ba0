package dev.hanse.node.identity.collect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Azure's instance metadata service, as far as evidence needs it: the certificates of an SNP
 * machine, and quotes of a TD's report. What it says is believed by nobody before a verifier has
 * judged it; here it is only bounded: no proxy, no redirect, a deadline and 64 KiB for the whole of
 * an answer. A client lives for one question. Blocking; any thread.
 *
 * @param base {@link #AZURE}, or what stands in for it
 * @param within for one whole answer
 */
record AzureMetadata(URI base, Duration within) {
  /** A link-local address that only the machine's own host answers. */
  static final URI AZURE = URI.create("http://169.254.169.254");

  private static final int LIMIT_BYTES = 64 * 1024;
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  AzureMetadata {
    if (!"http".equals(base.getScheme()) && !"https".equals(base.getScheme())) {
      throw new IllegalArgumentException("metadata are asked for over http or https, not " + base);
    }
  }

  /** VCEK, then ASK and ARK, in PEM. */
  List<Bytes> certificates() throws IOException {
    URI uri = at("/metadata/THIM/amd/certification");
    JsonNode answer = ask(request(uri).GET().build());
    return List.of(pem(uri, answer, "vcekCert"), pem(uri, answer, "certificateChain"));
  }

  /** A quote of a TD's report. */
  Bytes quote(Bytes tdReport) throws IOException {
    URI uri = at("/acc/tdquote");
    String report = Base64.getUrlEncoder().withoutPadding().encodeToString(tdReport.toArray());
    JsonNode answer =
        ask(
            request(uri)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"report\":\"" + report + "\"}"))
                .build());
    try {
      Bytes quote = Bytes.copyOf(Base64.getUrlDecoder().decode(text(uri, answer, "quote")));
      if (quote.size() > 0) {
        return quote;
      }
    } catch (IllegalArgumentException unreadable) {
      throw new IOException(uri + " gave a quote that is not base64url", unreadable);
    }
    throw new IOException(uri + " gave an empty quote");
  }

  private URI at(String path) {
    return URI.create(base.toString().replaceAll("/+$", "") + path);
  }

  /** The header shows that the question was not smuggled in by way of somebody's proxy. */
  private static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).header("Metadata", "true");
  }

  private JsonNode ask(HttpRequest request) throws IOException {
    HttpResponse<byte[]> response = answered(request);
    if (response.statusCode() != 200) {
      throw new IOException(
          request.uri()
              + " answered "
              + response.statusCode()
              + ": it gives this to confidential VMs alone; is this one, and is the metadata"
              + " service's address right?");
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException unreadable) {
      throw new IOException(
          request.uri()
              + " answered something that is not JSON: "
              + unreadable.getOriginalMessage(),
          unreadable);
    }
  }

  private HttpResponse<byte[]> answered(HttpRequest request) throws IOException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build()) {
      CompletableFuture<HttpResponse<byte[]>> answer =
          client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LIMIT_BYTES));
      try {
        return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException late) {
        throw new IOException(
            request.uri() + " gave no whole answer within " + within.toMillis() + " ms", late);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped while asking " + request.uri(), stopped);
      } catch (ExecutionException failed) {
        throw new IOException(
            request.uri()
                + " cannot be asked ("
                + failed.getCause()
                + "): no firewall of the machine may stand before it, and it answers on Azure alone",
            failed.getCause());
      } finally {
        // Whatever is still under way would keep the client open.
        client.shutdownNow();
      }
    }
  }

  private static Bytes pem(URI uri, JsonNode answer, String field) throws IOException {
    Bytes pem = Bytes.copyOf(text(uri, answer, field).getBytes(StandardCharsets.US_ASCII));
    try {
      Certificates.ofPem(pem);
    } catch (Rejection broken) {
      throw new IOException(
          uri + " gave a " + field + " that is no certificates: " + broken.getMessage(), broken);
    }
    return pem;
  }

  private static String text(URI uri, JsonNode answer, String field) throws IOException {
    JsonNode value = answer.path(field);
    if (!value.isTextual()) {
      throw new IOException(uri + " answered without a " + field);
    }
    return value.textValue();
  }
}
