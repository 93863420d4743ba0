package dev.hanse.node.forward;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.hanse.api.ModelId;
import dev.hanse.api.inference.v1.Chunk;
import dev.hanse.api.inference.v1.End;
import dev.hanse.api.inference.v1.Failure;
import dev.hanse.api.inference.v1.FailureKind;
import dev.hanse.api.inference.v1.InferEvent;
import dev.hanse.api.inference.v1.InferRequest;
import dev.hanse.api.wire.OfferWire;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChain;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Attempts and their answers as messages, and back. What is out of range is refused with {@code
 * IllegalArgumentException} naming the field.
 */
final class InferWire {
  private static final int MOST_TEXT_CHARS = 2048;

  private InferWire() {}

  static InferRequest toProto(Upstream.Attempt attempt) {
    ServingRequest request = attempt.request();
    return InferRequest.newBuilder()
        .setRequestId(request.requestId())
        .setAttempt(attempt.number())
        .setTenant(request.tenant())
        .setModel(request.placement().model().value())
        .setOperation(OfferWire.toProto(request.operation()))
        .setStream(request.stream())
        .setBody(bytes(request.body()))
        .setReservedTokens(attempt.reservedTokens())
        .setDecodeTokens(attempt.decodeTokens())
        .setBudgetMillis(Math.max(1, request.budget().toMillis()))
        .setPrice(OfferWire.toProto(attempt.price()))
        .setTraceparent(request.trace().traceparent())
        .setTracestate(request.trace().tracestate())
        .build();
  }

  /**
   * An attempt as its node sees it: placed already, so of what placement had to know only the model
   * is left.
   */
  static ServingRequest fromProto(InferRequest message) {
    var operation = OfferWire.operationFromNumber("operation", message.getOperationValue());
    if (message.getBudgetMillis() <= 0) {
      throw new IllegalArgumentException(
          "budget_millis must be above 0, was " + message.getBudgetMillis());
    }
    if (message.getReservedTokens() < 0) {
      throw new IllegalArgumentException(
          "reserved_tokens must not be negative, was " + message.getReservedTokens());
    }
    if (message.getDecodeTokens() < 0) {
      throw new IllegalArgumentException(
          "decode_tokens must not be negative, was " + message.getDecodeTokens());
    }
    if (message.getAttempt() < 1) {
      throw new IllegalArgumentException("attempt must be above 0, was " + message.getAttempt());
    }
    return new ServingRequest(
        text("request_id", message.getRequestId()),
        text("tenant", message.getTenant()),
        operation,
        message.getStream(),
        buffer(message.getBody()),
        new PlacementRequest(
            new ModelId(message.getModel()),
            operation,
            PrefixChain.of(new long[] {0}, 0),
            message.getReservedTokens(),
            0,
            Constraints.NONE),
        Duration.ofMillis(message.getBudgetMillis()),
        new TraceContext(
            text("traceparent", message.getTraceparent()),
            text("tracestate", message.getTracestate())));
  }

  static InferEvent chunk(Buffer json) {
    return InferEvent.newBuilder().setChunk(Chunk.newBuilder().setJson(bytes(json))).build();
  }

  static InferEvent end(Completion completion) {
    return InferEvent.newBuilder()
        .setEnd(
            End.newBuilder()
                .setUsage(toProto(completion.usage()))
                .setUsageChunkJson(
                    completion.usageChunk().map(InferWire::bytes).orElse(ByteString.EMPTY))
                .setFinishReason(completion.finishReason()))
        .build();
  }

  static InferEvent failure(ProviderFailure failure) {
    Failure.Builder message =
        Failure.newBuilder()
            .setKind(toProto(failure.kind()))
            .setStatus(failure.status())
            .setCode(failure.code())
            .setMessage(failure.message())
            .setPartialUsage(toProto(failure.partialUsage()))
            .setErrorJson(failure.upstreamError().map(InferWire::bytes).orElse(ByteString.EMPTY));
    switch (failure.retry()) {
      case Retry.Never() -> message.setRetry(dev.hanse.api.inference.v1.Retry.RETRY_NEVER);
      case Retry.Here(Duration after) ->
          message
              .setRetry(dev.hanse.api.inference.v1.Retry.RETRY_SAME_ENGINE)
              .setRetryAfterMillis(after.toMillis());
      case Retry.Elsewhere(Duration after) ->
          message
              .setRetry(dev.hanse.api.inference.v1.Retry.RETRY_ELSEWHERE)
              .setRetryAfterMillis(after.toMillis());
    }
    return InferEvent.newBuilder().setFailure(message).build();
  }

  static Buffer chunk(Chunk message) {
    return buffer(message.getJson());
  }

  static Completion completion(End message) {
    return new Completion(
        fromProto(message.getUsage()),
        present(message.getUsageChunkJson()),
        text("finish_reason", message.getFinishReason()));
  }

  static ProviderFailure failure(Failure message) {
    if (message.getStatus() < 400 || message.getStatus() > 599) {
      throw new IllegalArgumentException(
          "status must be 400 to 599, was " + Integer.toUnsignedString(message.getStatus()));
    }
    return new ProviderFailure(
        fromProto(message.getKind(), message.getKindValue()),
        message.getStatus(),
        text("code", message.getCode()),
        text("message", message.getMessage()),
        retry(message),
        fromProto(message.getPartialUsage()),
        present(message.getErrorJson()));
  }

  private static Retry retry(Failure message) {
    if (message.getRetryAfterMillis() < 0) {
      throw new IllegalArgumentException(
          "retry_after_millis must not be negative, was " + message.getRetryAfterMillis());
    }
    Duration after = Duration.ofMillis(message.getRetryAfterMillis());
    return switch (message.getRetry()) {
      case RETRY_NEVER -> new Retry.Never();
      case RETRY_SAME_ENGINE -> new Retry.Here(after);
      case RETRY_ELSEWHERE -> new Retry.Elsewhere(after);
      case RETRY_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("retry must be known, was " + message.getRetryValue());
    };
  }

  private static dev.hanse.api.inference.v1.Usage toProto(Usage usage) {
    return dev.hanse.api.inference.v1.Usage.newBuilder()
        .setPromptTokens(usage.promptTokens())
        .setCachedPromptTokens(usage.cachedPromptTokens())
        .setCompletionTokens(usage.completionTokens())
        .setReasoningTokens(usage.reasoningTokens())
        .setReported(usage.reported())
        .build();
  }

  private static Usage fromProto(dev.hanse.api.inference.v1.Usage usage) {
    return new Usage(
        atLeastZero("prompt_tokens", usage.getPromptTokens()),
        atLeastZero("cached_prompt_tokens", usage.getCachedPromptTokens()),
        atLeastZero("completion_tokens", usage.getCompletionTokens()),
        atLeastZero("reasoning_tokens", usage.getReasoningTokens()),
        usage.getReported());
  }

  private static FailureKind toProto(Kind kind) {
    return switch (kind) {
      case INVALID_REQUEST -> FailureKind.FAILURE_KIND_INVALID_REQUEST;
      case CONTEXT_TOO_LONG -> FailureKind.FAILURE_KIND_CONTEXT_TOO_LONG;
      case CONTENT_FILTERED -> FailureKind.FAILURE_KIND_CONTENT_FILTERED;
      case AUTHENTICATION -> FailureKind.FAILURE_KIND_AUTHENTICATION;
      case MODEL_NOT_FOUND -> FailureKind.FAILURE_KIND_MODEL_NOT_FOUND;
      case RATE_LIMITED -> FailureKind.FAILURE_KIND_RATE_LIMITED;
      case OVERLOADED -> FailureKind.FAILURE_KIND_OVERLOADED;
      case ENGINE_ERROR -> FailureKind.FAILURE_KIND_ENGINE_ERROR;
      case UNREACHABLE -> FailureKind.FAILURE_KIND_UNREACHABLE;
      case TIMEOUT -> FailureKind.FAILURE_KIND_TIMEOUT;
      case TRUNCATED -> FailureKind.FAILURE_KIND_TRUNCATED;
      case MALFORMED -> FailureKind.FAILURE_KIND_MALFORMED;
      case CANCELLED -> FailureKind.FAILURE_KIND_CANCELLED;
    };
  }

  private static Kind fromProto(FailureKind kind, int number) {
    return switch (kind) {
      case FAILURE_KIND_INVALID_REQUEST -> Kind.INVALID_REQUEST;
      case FAILURE_KIND_CONTEXT_TOO_LONG -> Kind.CONTEXT_TOO_LONG;
      case FAILURE_KIND_CONTENT_FILTERED -> Kind.CONTENT_FILTERED;
      case FAILURE_KIND_AUTHENTICATION -> Kind.AUTHENTICATION;
      case FAILURE_KIND_MODEL_NOT_FOUND -> Kind.MODEL_NOT_FOUND;
      case FAILURE_KIND_RATE_LIMITED -> Kind.RATE_LIMITED;
      case FAILURE_KIND_OVERLOADED -> Kind.OVERLOADED;
      case FAILURE_KIND_ENGINE_ERROR -> Kind.ENGINE_ERROR;
      case FAILURE_KIND_UNREACHABLE -> Kind.UNREACHABLE;
      case FAILURE_KIND_TIMEOUT -> Kind.TIMEOUT;
      case FAILURE_KIND_TRUNCATED -> Kind.TRUNCATED;
      case FAILURE_KIND_MALFORMED -> Kind.MALFORMED;
      case FAILURE_KIND_CANCELLED -> Kind.CANCELLED;
      case FAILURE_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("kind must be known, was " + number);
    };
  }

  private static long atLeastZero(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(field + " must not be negative, was " + value);
    }
    return value;
  }

  private static String text(String field, String value) {
    if (value.length() > MOST_TEXT_CHARS) {
      throw new IllegalArgumentException(
          field + " must be at most " + MOST_TEXT_CHARS + " characters, was " + value.length());
    }
    return value;
  }

  private static Optional<Buffer> present(ByteString bytes) {
    return bytes.isEmpty() ? Optional.empty() : Optional.of(buffer(bytes));
  }

  private static Buffer buffer(ByteString bytes) {
    return Buffer.buffer(bytes.toByteArray());
  }

  private static ByteString bytes(Buffer buffer) {
    return UnsafeByteOperations.unsafeWrap(buffer.getBytes());
  }
}
