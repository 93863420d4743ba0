package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The floors' file, one entry a series, in order: an operator whose vendor starts to count anew
 * takes the entry out. Readers throw {@code IllegalArgumentException}: to go on without it would
 * believe again what is out of date.
 */
final class FloorsJson {
  private static final int DIGITS_LIMIT = 64;

  private FloorsJson() {}

  static ObjectNode of(Map<CollateralStore.Id, BigInteger> floors) {
    ObjectNode file = JsonNodeFactory.instance.objectNode().put("format", JsonFile.FORMAT);
    ArrayNode all = file.putArray("floors");
    floors.entrySet().stream()
        .sorted(
            Map.Entry.comparingByKey(
                Comparator.comparing(CollateralStore.Id::kind)
                    .thenComparing(CollateralStore.Id::key)))
        .forEach(floor ->
            all.addObject()
                .put("kind", floor.getKey().kind())
                .put("key", floor.getKey().key())
                .put("number", floor.getValue().toString()));
    return file;
  }

  static Map<CollateralStore.Id, BigInteger> floors(JsonNode file) {
    Map<CollateralStore.Id, BigInteger> floors = new HashMap<>();
    for (Fields floor : new Fields(file).list("floors", RollbackFloors.LIMIT, Fields::new)) {
      CollateralStore.Id series = new CollateralStore.Id(floor.text("kind"), floor.text("key"));
      if (floors.put(series, number(floor)) != null) {
        throw new IllegalArgumentException(
            "two floors are of " + series.kind() + " " + series.key());
      }
    }
    return floors;
  }

  /** As text: a revocation list's number may have 160 bits. */
  private static BigInteger number(Fields floor) {
    String digits = floor.text("number");
    if (digits.isEmpty()
        || digits.length() > DIGITS_LIMIT
        || !digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      throw new IllegalArgumentException("number must be a text of digits");
    }
    return new BigInteger(digits);
  }
}
