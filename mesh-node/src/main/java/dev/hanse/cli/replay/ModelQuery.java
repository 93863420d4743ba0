package dev.hanse.cli.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Asks the first edge which models it serves, for a replay that names none. */
final class ModelQuery {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelQuery() {}

  /** The first model listed; fails, saying why, when there is none. */
  static Future<String> first(Vertx vertx, ReplayOptions options) {
    HttpClient client = Replay.client(vertx, options);
    return client
        .request(ChatCall.target(options, options.edges().getFirst(), HttpMethod.GET, "/v1/models"))
        .compose(request -> request.send().compose(ModelQuery::text))
        .timeout(options.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .compose(ModelQuery::parse)
        .eventually(client::close);
  }

  private static Future<String> text(HttpClientResponse response) {
    return response
        .body()
        .map(Buffer::toString)
        .compose(body ->
            response.statusCode() == 200
                ? Future.succeededFuture(body)
                : Future.failedFuture(
                    new IOException(
                        "asking for the models gave HTTP "
                            + response.statusCode()
                            + " "
                            + AnswerReader.errorCode(body)
                            + (response.statusCode() == 401
                                ? "; give the key with --api-key or HANSE_API_KEY"
                                : ""))));
  }

  private static Future<String> parse(String body) {
    try {
      JsonNode id = JSON.readTree(body).path("data").path(0).path("id");
      return id.isTextual()
          ? Future.succeededFuture(id.textValue())
          : Future.failedFuture(new IOException("the edge serves no model; name one with --model"));
    } catch (JsonProcessingException e) {
      return Future.failedFuture(new IOException("the list of models is not JSON"));
    }
  }
}
