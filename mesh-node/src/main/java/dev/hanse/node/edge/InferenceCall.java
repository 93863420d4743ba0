package dev.hanse.node.edge;

import dev.hanse.api.Operation;
import dev.hanse.node.admission.Admission;
import dev.hanse.node.admission.Claim;
import dev.hanse.node.admission.KeyCheck;
import dev.hanse.node.edge.AnswerWriter.Form;
import dev.hanse.node.edge.EdgeObserver.Arrival;
import dev.hanse.node.edge.EdgeObserver.Ending;
import dev.hanse.node.edge.EdgeObserver.Observation;
import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.edge.body.BodyReading;
import dev.hanse.node.edge.body.ClientBody;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.provider.Usage;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/**
 * One inference request from its headers to its end: key, place, body, reading, tokens, serving.
 * Each step goes on to the next or refuses; whatever happens, the claim is ended and the observer
 * told, once.
 *
 * <p>Threads: the request's event loop; a long body is read on a worker in between.
 */
final class InferenceCall {
  /** Reading goes at some 300 MB/s: a larger body would hold the event loop for a millisecond. */
  private static final int LONG_BODY_BYTES = 256 << 10;

  private static final Logger LOG = System.getLogger(InferenceCall.class.getName());

  private final EdgeCore edge;
  private final Context context;
  private final HttpServerRequest request;
  private final Operation operation;
  private final String requestId;
  private final TraceContext clientTrace;
  private final Observation observation;

  private Optional<Claim> claim = Optional.empty();
  private Optional<AnswerWriter> answer = Optional.empty();
  private boolean over;

  InferenceCall(
      EdgeCore edge,
      Context context,
      HttpServerRequest request,
      String route,
      Operation operation,
      String id) {
    this.edge = edge;
    this.context = context;
    this.request = request;
    this.operation = operation;
    this.requestId = id;
    this.clientTrace = RequestHeaders.trace(request);
    this.observation = edge.ports().observer().started(new Arrival(id, route, clientTrace));
  }

  void begin() {
    edge.active().add(this);
    request.response().closeHandler(_ -> clientGone()).exceptionHandler(_ -> clientGone());
    switch (edge.keys().check(RequestHeaders.apiKey(request))) {
      case KeyCheck.Rejected(var fault) -> refuse(ErrorTable.of(fault));
      case KeyCheck.Valid client -> enter(client);
    }
  }

  private void enter(KeyCheck.Valid client) {
    switch (edge.gate().enter(client)) {
      case Admission.Refused refused -> refuse(ErrorTable.of(refused));
      case Admission.Admitted(var entered) -> {
        claim = Optional.of(entered);
        BodyCollector.collect(
            edge.vertx(),
            request,
            edge.config(),
            entered,
            outcome -> {
              switch (outcome) {
                case BodyCollector.Outcome.Refused(var error) -> refuse(error);
                case BodyCollector.Outcome.Complete(var body) -> read(entered, body);
              }
            });
      }
    }
  }

  private void read(Claim entered, Buffer body) {
    if (over) {
      return;
    }
    byte[] bytes = body.getBytes();
    String salt = entered.key().tenant();
    Map<String, String> extensions = RequestHeaders.extensions(request);
    if (bytes.length < LONG_BODY_BYTES) {
      admit(entered, edge.reader().read(operation, bytes, salt, extensions));
      return;
    }
    context
        .executeBlocking(() -> edge.reader().read(operation, bytes, salt, extensions), false)
        .onSuccess(reading -> admit(entered, reading))
        .onFailure(this::crashed);
  }

  private void admit(Claim entered, BodyReading reading) {
    if (over) {
      return;
    }
    switch (reading) {
      case BodyReading.Rejected(var fault) -> refuse(ErrorTable.of(fault));
      case BodyReading.Accepted(var body) -> {
        var placement = body.placement();
        long tokens = placement.promptTokens() + placement.maxOutputTokens();
        switch (entered.reserve(placement.model(), tokens)) {
          case Admission.Refused refused -> refuse(ErrorTable.of(refused));
          case Admission.Admitted _ -> serve(entered, body);
        }
      }
    }
  }

  private void serve(Claim entered, ClientBody body) {
    ServingRequest serving =
        new ServingRequest(
            requestId,
            entered.key().tenant(),
            operation,
            body.stream(),
            body.json(),
            edge.config().attestation().applied(entered.key().tenant(), body.placement()),
            edge.config().requestBudget(),
            observation.trace(clientTrace));
    observation.admitted(serving);
    AnswerWriter writer =
        new AnswerWriter(
            edge.vertx(),
            edge.config(),
            request,
            requestId,
            formOf(body),
            edge.errors(),
            observation,
            ended -> finish(ended.ending(), settledTokens(body, ended)));
    answer = Optional.of(writer);
    writer.attach(edge.ports().serving().serve(serving, writer));
  }

  /**
   * What the key is charged. Of an answer the client left in the middle nobody knows the usage: its
   * prompt was read and each chunk is a token or more.
   */
  private static long settledTokens(ClientBody body, AnswerWriter.Ended ended) {
    boolean leftInTheMiddle =
        ended.ending().result() == Result.CANCELLED && ended.ending().chunks() > 0;
    return leftInTheMiddle
        ? body.placement().promptTokens() + ended.usedTokens()
        : ended.usedTokens();
  }

  private static Form formOf(ClientBody body) {
    if (!body.stream()) {
      return Form.WHOLE;
    }
    return body.includeUsage() ? Form.STREAM_WITH_USAGE : Form.STREAM;
  }

  /** Ends the request because the edge ends. */
  void shutDown() {
    context.runOnContext(_ ->
        answer.ifPresentOrElse(
            writer -> writer.giveUp(ErrorTable.shuttingDown()),
            () -> refuse(ErrorTable.shuttingDown())));
  }

  /** Ends the request after a defect of the edge itself. */
  void crashed(Throwable defect) {
    LOG.log(Level.ERROR, "request " + requestId + " failed in the edge", defect);
    answer.ifPresentOrElse(
        writer -> writer.giveUp(ErrorTable.internal()), () -> refuse(ErrorTable.internal()));
  }

  private void clientGone() {
    if (answer.isPresent()) {
      answer.get().clientGone();
    } else {
      finish(new Ending(Result.CANCELLED, 499, "", Usage.NONE, "", 0), 0);
    }
  }

  private void refuse(ApiError error) {
    if (over) {
      return;
    }
    edge.errors().send(request, requestId, error);
    finish(new Ending(Result.REFUSED, error.status(), error.code(), Usage.NONE, "", 0), 0);
  }

  private void finish(Ending ending, long usedTokens) {
    if (over) {
      return;
    }
    over = true;
    claim.ifPresent(held -> held.settle(usedTokens));
    edge.active().remove(this);
    observation.ended(ending);
  }
}
