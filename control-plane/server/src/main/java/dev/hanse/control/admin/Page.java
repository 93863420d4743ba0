package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A part of a list in order of ids.
 *
 * @param after the id before the first; empty for the start
 */
record Page(int limit, String after) {
  private static final int MAX = 5_000;

  static Page of(MultiMap query, String... others) {
    Set<String> unknown = new TreeSet<>(query.names());
    unknown.removeAll(Set.of("limit", "after"));
    unknown.removeAll(Set.of(others));
    if (!unknown.isEmpty()) {
      String first = unknown.iterator().next();
      throw new Refusal(400, "query-unknown", "\"" + first + "\" is not known here", first);
    }
    String after = query.get("after");
    return new Page(limit(query), after == null ? "" : after);
  }

  private static int limit(MultiMap query) {
    String text = query.get("limit");
    if (text == null) {
      return MAX;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX) {
        return limit;
      }
    } catch (NumberFormatException invalid) {
      // Answered below, as any other number that is out of range.
    }
    throw Refusal.badField("limit", "must be 1 to " + MAX);
  }

  /** Writes the part of {@code all} as {@code name}, and {@code next} if there is more. */
  <T> ObjectNode of(
      String name, List<T> all, Function<T, String> idOf, Function<T, ObjectNode> json) {
    ObjectNode body = Answer.object();
    ArrayNode array = body.putArray(name);
    List<T> rest = all.stream().filter(each -> idOf.apply(each).compareTo(after) > 0).toList();
    rest.stream().limit(limit).map(json).forEach(array::add);
    if (rest.size() > limit) {
      body.put("next", idOf.apply(rest.get(limit - 1)));
    }
    return body;
  }
}
