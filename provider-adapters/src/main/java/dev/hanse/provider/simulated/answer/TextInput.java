package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads one text of a request: a string, or an array of token numbers.
 *
 * @param field its name, for refusals
 */
record TextInput(String field) {
  /** Its tokens, at least one. */
  Tokens read(JsonNode node) {
    Tokens tokens = new Tokens();
    if (node.isTextual()) {
      SimulatedTokenizer.text(tokens, node.textValue());
    } else if (node.isArray()) {
      for (JsonNode token : node) {
        if (!token.isInt() || token.intValue() < 0) {
          throw Fields.wrongType(field, "token numbers of 0 or more", token);
        }
        tokens.add(token.intValue());
      }
    } else {
      throw Fields.wrongType(field, "a string or an array", node);
    }
    if (tokens.size() == 0) {
      throw RefusedRequest.invalid(field, "'" + field + "' must not be empty");
    }
    return tokens;
  }
}
