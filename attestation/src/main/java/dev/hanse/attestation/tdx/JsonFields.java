package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that was read strictly; a field of another kind is refused. */
final class JsonFields {
  private final Map<String, Object> fields;
  private final String what;

  JsonFields(Map<String, Object> fields, String what) {
    this.fields = fields;
    this.what = what;
  }

  /**
   * Refuses fields that are not known: one of them could be a condition that would then go
   * unchecked, as TDX module identities once did in verifiers which passed over them.
   */
  JsonFields only(Set<String> known) throws Rejection {
    if (known.containsAll(fields.keySet())) {
      return this;
    }
    throw new Rejection(Stage.COLLATERAL, Reason.UNKNOWN_KEY, what + " has a field unknown here");
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  String text(String name) throws Rejection {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "text");
  }

  int number(String name, int limit) throws Rejection {
    if (fields.get(name) instanceof Long number && number >= 0 && number <= limit) {
      return Math.toIntExact(number);
    }
    throw wrong(name, "a number from 0 to " + limit);
  }

  Instant instant(String name) throws Rejection {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeParseException broken) {
      throw wrong(name, "a time");
    }
  }

  Bytes hex(String name, int size) throws Rejection {
    try {
      Bytes bytes = Bytes.ofHex(text(name));
      if (bytes.size() == size) {
        return bytes;
      }
    } catch (IllegalArgumentException broken) {
      throw wrong(name, "hexadecimal");
    }
    throw wrong(name, size + " bytes in hexadecimal");
  }

  JsonFields object(String name) throws Rejection {
    return fields(fields.get(name), name);
  }

  List<JsonFields> objects(String name, int limit) throws Rejection {
    List<JsonFields> objects = new ArrayList<>();
    for (Object element : array(name, limit)) {
      objects.add(fields(element, name));
    }
    return objects;
  }

  List<String> texts(String name, int limit) throws Rejection {
    List<String> texts = new ArrayList<>();
    for (Object element : array(name, limit)) {
      if (!(element instanceof String text)) {
        throw wrong(name, "an array of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  private List<?> array(String name, int limit) throws Rejection {
    if (fields.get(name) instanceof List<?> list && list.size() <= limit) {
      return list;
    }
    throw wrong(name, "an array of at most " + limit);
  }

  private JsonFields fields(@Nullable Object value, String name) throws Rejection {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(name, "an object");
    }
    Map<String, Object> inner = new LinkedHashMap<>();
    map.forEach((key, element) -> inner.put((String) key, element));
    return new JsonFields(inner, what);
  }

  private Rejection wrong(String name, String wanted) {
    return new Rejection(
        Stage.COLLATERAL, Reason.STRUCTURE, what + ": \"" + name + "\" is not " + wanted);
  }
}
