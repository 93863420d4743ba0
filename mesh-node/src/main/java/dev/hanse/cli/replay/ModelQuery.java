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

  /** The first model listed that chats; fails, saying why, when there is none. */
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
      for (JsonNode model : JSON.readTree(body).path("data")) {
        if (model.path("id").isTextual() && chats(model.path("hanse").path("operations"))) {
          return Future.succeededFuture(model.path("id").textValue());
        }
      }
      return Future.failedFuture(
          new IOException("the edge serves no model that chats; name one with --model"));
    } catch (JsonProcessingException e) {
      return Future.failedFuture(new IOException("the list of models is not JSON"));
    }
  }

  /** Only Hanse says what a model is for; of other servers every model may chat. */
  private static boolean chats(JsonNode operations) {
    if (operations.isMissingNode()) {
      return true;
    }
    for (JsonNode operation : operations) {
      if (operation.asText().equals("chat")) {
        return true;
      }
    }
    return false;
  }
}
