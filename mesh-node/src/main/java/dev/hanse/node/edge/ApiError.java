package dev.hanse.node.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;

/**
 * An error as a client sees it.
 *
 * @param status HTTP status, while it can still be sent
 * @param json {@code {"error":{"message","type","param","code"}}} on one line
 * @param retry whether sending the same request again can help; told as {@code x-should-retry},
 *     which OpenAI's SDKs obey
 * @param retryAfter when; zero when the client may choose
 */
record ApiError(int status, String code, Buffer json, boolean retry, Duration retryAfter) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * An error that waiting does not cure.
   *
   * @param param the field it is about; empty for none
   */
  static ApiError of(int status, String type, String code, String message, String param) {
    return new ApiError(status, code, body(type, code, message, param), false, Duration.ZERO);
  }

  ApiError retryAfter(Duration delay) {
    return new ApiError(status, code, json, true, delay);
  }

  /**
   * This error with another's own words.
   *
   * @param error an OpenAI error object, with or without its envelope; ignored when it is neither
   */
  ApiError saying(Buffer error) {
    try {
      JsonNode tree = JSON.readTree(error.getBytes());
      JsonNode object = tree.path("error").isObject() ? tree.path("error") : tree;
      if (!object.path("message").isTextual()) {
        return this;
      }
      ObjectNode envelope = JsonNodeFactory.instance.objectNode();
      envelope.set("error", object);
      return new ApiError(
          status, code, Buffer.buffer(JSON.writeValueAsBytes(envelope)), retry, retryAfter);
    } catch (IOException _) {
      // What the engine said cannot be passed on; what the mesh says of it can.
      return this;
    }
  }

  private static Buffer body(String type, String code, String message, String param) {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("message", message);
    error.put("type", type);
    if (param.isEmpty()) {
      error.putNull("param");
    } else {
      error.put("param", param);
    }
    error.put("code", code);
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.set("error", error);
    return Buffer.buffer(envelope.toString());
  }
}
