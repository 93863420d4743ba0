package dev.hanse.node.edge.body;

/**
 * What is wrong with a client's body, in the words of OpenAI's error object.
 *
 * @param code stable and machine-readable, for example {@code invalid_type}
 * @param message for people; names the field and never quotes its value
 * @param param the field, for example {@code messages[2].content}; empty when it is the whole body
 */
public record BodyFault(String code, String message, String param) {
  static BodyFault notJson(String why) {
    return new BodyFault("invalid_json", "The request body must be one JSON object: " + why, "");
  }

  static BodyFault missing(String param) {
    return new BodyFault(
        "missing_required_parameter", "Missing required parameter: '" + param + "'.", param);
  }

  static BodyFault wrongType(String param, String expected, String found) {
    return new BodyFault(
        "invalid_type",
        "Invalid type for '" + param + "': expected " + expected + ", but got " + found + ".",
        param);
  }

  static BodyFault wrongValue(String param, String why) {
    return new BodyFault("invalid_value", "Invalid '" + param + "': " + why, param);
  }
}
