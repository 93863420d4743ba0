package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The shape an answer must have. */
public sealed interface Form {
  /** Plain text. */
  record Text() implements Form {}

  /** A JSON document valid under the schema. */
  record Json(JsonNode schema) implements Form {}

  /** A call of each of these tools, in this order; at least one. */
  record Calls(List<Tool> tools) implements Form {
    public Calls {
      tools = List.copyOf(tools);
    }
  }

  /** A function the model may call. */
  record Tool(String name, JsonNode parameters) {}
}
