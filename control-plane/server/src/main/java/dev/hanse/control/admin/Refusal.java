package dev.hanse.control.admin;

import java.util.Optional;

/** A request is answered with an error. Thrown by handlers, answered in one place. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final String field;

  Refusal(int status, String code, String message) {
    this(status, code, message, "");
  }

  /** A field of the body, of the path or of the query is at fault. */
  Refusal(int status, String code, String message, String field) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.field = field;
  }

  static Refusal badField(String field, String message) {
    return new Refusal(400, "field-invalid", field + " " + message, field);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  Optional<String> field() {
    return field.isEmpty() ? Optional.empty() : Optional.of(field);
  }
}
