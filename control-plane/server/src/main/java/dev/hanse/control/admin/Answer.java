package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a handler says. */
record Answer(int status, ObjectNode body) {
  static Answer ok(ObjectNode body) {
    return new Answer(200, body);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static Answer of(Refusal refusal) {
    ObjectNode body = object();
    ObjectNode error =
        body.putObject("error")
            .put("message", String.valueOf(refusal.getMessage()))
            .put("code", refusal.code());
    refusal.field().ifPresent(field -> error.put("field", field));
    return new Answer(refusal.status(), body);
  }
}
