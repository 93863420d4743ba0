package dev.hanse.attestation.tdx;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object of texts, whole numbers, arrays and objects: what Intel's collateral is
 * made of. No key twice, nothing but ASCII, nothing behind it, no fractions, no null, no recursion.
 */
final class StrictJson {
  /** Intel's TCB info nests six deep. */
  private static final int DEPTH_LIMIT = 8;

  // Names come from outside: they are not kept beyond their document.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private StrictJson() {}

  /**
   * Reads an object.
   *
   * @param what names the document in refusals
   * @throws Rejection of stage collateral with {@code LENGTH}, {@code DEPTH}, {@code DUPLICATE_KEY}
   *     or {@code STRUCTURE}
   */
  static JsonFields read(Bytes document, int limitBytes, String what) throws Rejection {
    require(
        document.size() <= limitBytes,
        Reason.LENGTH,
        what + " of " + document.size() + " bytes is over the limit of " + limitBytes);
    byte[] content = document.toArray();
    require(isAscii(content), Reason.STRUCTURE, what + " is not in ASCII");
    try (JsonParser parser = FACTORY.createParser(new String(content, StandardCharsets.US_ASCII))) {
      require(
          parser.nextToken() == JsonToken.START_OBJECT, Reason.STRUCTURE, what + " is no object");
      Map<String, Object> root = tree(parser, what);
      require(parser.nextToken() == null, Reason.STRUCTURE, what + " has something behind it");
      return new JsonFields(root, what);
    } catch (IOException broken) {
      throw new Rejection(Stage.COLLATERAL, Reason.STRUCTURE, what + " is not JSON");
    }
  }

  private static boolean isAscii(byte[] content) {
    for (byte octet : content) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, Object> tree(JsonParser parser, String what)
      throws IOException, Rejection {
    Map<String, Object> root = new LinkedHashMap<>();
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(root, null));
    while (!open.isEmpty()) {
      JsonToken token = parser.nextToken();
      Open current = open.element();
      switch (token) {
        case FIELD_NAME -> current.name(parser.currentName(), what);
        case VALUE_STRING -> current.add(parser.getText());
        case VALUE_NUMBER_INT -> current.add(parser.getLongValue());
        case START_OBJECT, START_ARRAY -> {
          require(open.size() < DEPTH_LIMIT, Reason.DEPTH, what + " nests too deep");
          open.push(
              token == JsonToken.START_OBJECT
                  ? current.object(new LinkedHashMap<>())
                  : current.array(new ArrayList<>()));
        }
        case END_OBJECT, END_ARRAY -> open.pop();
        case null, default ->
            throw new Rejection(
                Stage.COLLATERAL, Reason.STRUCTURE, what + " holds a value of no known kind");
      }
    }
    return root;
  }

  static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.COLLATERAL, reason, detail);
  }

  /** An object or array that is being read. */
  private static final class Open {
    private final @Nullable Map<String, Object> fields;
    private final @Nullable List<Object> elements;
    private String name = "";

    Open(@Nullable Map<String, Object> fields, @Nullable List<Object> elements) {
      this.fields = fields;
      this.elements = elements;
    }

    void name(String next, String what) throws Rejection {
      if (fields == null || fields.containsKey(next)) {
        throw new Rejection(Stage.COLLATERAL, Reason.DUPLICATE_KEY, what + " has a key twice");
      }
      name = next;
    }

    void add(Object value) {
      if (fields != null) {
        fields.put(name, value);
      } else if (elements != null) {
        elements.add(value);
      }
    }

    Open object(Map<String, Object> inner) {
      add(inner);
      return new Open(inner, null);
    }

    Open array(List<Object> inner) {
      add(inner);
      return new Open(null, inner);
    }
  }
}
