package dev.hanse.node.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.node.admission.Admission;
import dev.hanse.node.admission.Claim;
import dev.hanse.node.admission.KeyCheck;
import dev.hanse.node.edge.body.BodyFault;
import dev.hanse.node.edge.body.BodyReading;
import dev.hanse.node.routing.Explained;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChain;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Answers where a request would be placed: {@code POST /hanse/v1/explain} with the body, the
 * headers and the key it would be sent with. Nothing is reserved on any node, nothing is logged of
 * the prompt, and of the key's budget a request is charged, but no token.
 *
 * <p>Query: {@code operation} is {@code chat} (the default), {@code completion} or {@code
 * embedding}; {@code prefix_hash}, 1 to 16 hexadecimal digits, takes the place of the prompt's own
 * hash.
 *
 * <p>Threads: the request's event loop; reading and explaining go to a worker.
 */
final class ExplainCall {
  static final String PATH = "/hanse/v1/explain";

  private static final Logger LOG = System.getLogger(ExplainCall.class.getName());

  private final EdgeCore edge;
  private final Context context;
  private final HttpServerRequest request;
  private final String requestId;

  ExplainCall(EdgeCore edge, Context context, HttpServerRequest request, String requestId) {
    this.edge = edge;
    this.context = context;
    this.request = request;
    this.requestId = requestId;
  }

  void begin() {
    switch (edge.keys().check(RequestHeaders.apiKey(request))) {
      case KeyCheck.Rejected(var fault) -> refuse(ErrorTable.of(fault));
      case KeyCheck.Valid client -> {
        switch (edge.gate().enter(client)) {
          case Admission.Refused refused -> refuse(ErrorTable.of(refused));
          case Admission.Admitted(var claim) -> collect(claim);
        }
      }
    }
  }

  private void collect(Claim claim) {
    request.response().closeHandler(_ -> claim.abandon());
    BodyCollector.collect(
        edge.vertx(),
        request,
        edge.config(),
        claim,
        outcome -> {
          switch (outcome) {
            case BodyCollector.Outcome.Refused(var error) -> {
              claim.abandon();
              refuse(error);
            }
            case BodyCollector.Outcome.Complete(var body) -> read(claim, body);
          }
        });
  }

  private void read(Claim claim, Buffer body) {
    String operation = parameter("operation", "chat").toUpperCase(Locale.ROOT);
    String hash = parameter("prefix_hash", "");
    var _ =
        context
            .executeBlocking(() -> answer(claim, body, operation, hash), false)
            .otherwise(defect -> {
              LOG.log(Level.ERROR, "request " + requestId + " could not be explained", defect);
              return new Answer.Refusal(ErrorTable.internal());
            })
            .onSuccess(answer -> {
              // Before the answer: who has read it may send the next one at once.
              claim.abandon();
              switch (answer) {
                case Answer.Refusal(var error) -> refuse(error);
                case Answer.Explanation(var json) -> reply(json);
              }
            });
  }

  private String parameter(String name, String otherwise) {
    String value = request.getParam(name);
    return value == null ? otherwise : value;
  }

  private sealed interface Answer {
    record Explanation(Buffer json) implements Answer {}

    record Refusal(ApiError error) implements Answer {}
  }

  private Answer answer(Claim claim, Buffer body, String operation, String hash) {
    Operation asked;
    try {
      asked = Operation.valueOf(operation);
    } catch (IllegalArgumentException _) {
      return refusal(wrong("operation", "must be chat, completion or embedding."));
    }
    if (!hash.isEmpty() && !hash.matches("[0-9a-fA-F]{1,16}")) {
      return refusal(wrong("prefix_hash", "must be 1 to 16 hexadecimal digits."));
    }
    BodyReading reading =
        edge.reader()
            .read(asked, body.getBytes(), claim.key().tenant(), RequestHeaders.extensions(request));
    return switch (reading) {
      case BodyReading.Rejected(var fault) -> refusal(fault);
      case BodyReading.Accepted(var accepted) ->
          explained(
              claim, hash.isEmpty() ? accepted.placement() : under(accepted.placement(), hash));
    };
  }

  private Answer explained(Claim claim, PlacementRequest placement) {
    return switch (claim.reserve(placement.model(), 0)) {
      case Admission.Refused refused -> new Answer.Refusal(ErrorTable.of(refused));
      case Admission.Admitted _ -> {
        PlacementRequest applied =
            edge.config().attestation().applied(claim.key().tenant(), placement);
        Explained explained = edge.ports().explain().apply(applied);
        yield new Answer.Explanation(Buffer.buffer(json(explained).toString()));
      }
    };
  }

  private static Answer refusal(BodyFault fault) {
    return new Answer.Refusal(ErrorTable.of(fault));
  }

  private static BodyFault wrong(String param, String why) {
    return new BodyFault("invalid_value", "Invalid '" + param + "': " + why, param);
  }

  private static PlacementRequest under(PlacementRequest placement, String hash) {
    long key = HexFormat.fromHexDigitsToLong(hash);
    return new PlacementRequest(
        placement.model(),
        placement.operation(),
        PrefixChain.of(new long[] {key}, key),
        placement.promptTokens(),
        placement.maxOutputTokens(),
        placement.constraints());
  }

  private void refuse(ApiError error) {
    edge.errors().send(request, requestId, error);
  }

  private void reply(Buffer json) {
    if (!request.response().closed()) {
      var _ =
          request
              .response()
              .putHeader("content-type", "application/json")
              .putHeader("x-request-id", requestId)
              .end(json);
    }
  }

  private static ObjectNode json(Explained explained) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("model", explained.model().value());
    root.put("prefix_hash", HexFormat.of().toHexDigits(explained.key()));
    root.put("blocks", explained.blocks());
    root.put("prompt_tokens", explained.promptTokens());
    explained
        .chosen()
        .ifPresentOrElse(node -> root.put("chosen", node.toString()), () -> root.putNull("chosen"));
    root.put("outcome", explained.outcome());
    ArrayNode steps = root.putArray("steps");
    explained.steps().forEach(step -> steps.add(json(step)));
    return root;
  }

  private static ObjectNode json(Explained.Step step) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("how", step.how());
    step.rank().ifPresentOrElse(rank -> node.put("rank", rank), () -> node.putNull("rank"));
    node.put("node", step.node().toString());
    node.put("region", step.region().value());
    node.put("verdict", step.verdict().name().toLowerCase(Locale.ROOT));
    node.put("because", step.because());
    node.put("weight", step.weight());
    node.put("share", step.share());
    node.put("blocks_held", step.blocksHeld());
    node.put("work_tokens", step.workTokens());
    node.put("in_flight_tokens", step.inFlightTokens());
    node.put("soft_tokens", step.softTokens());
    node.put("hard_tokens", step.hardTokens());
    Price price = step.price();
    ObjectNode micros = node.putObject("price_micro_usd_per_mtok");
    micros.put("input", price.inputMicrosPerMtok());
    micros.put("cached_input", price.cachedInputMicrosPerMtok());
    micros.put("output", price.outputMicrosPerMtok());
    step.epoch().ifPresentOrElse(epoch -> node.put("epoch", epoch), () -> node.putNull("epoch"));
    return node;
  }
}
