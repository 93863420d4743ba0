package dev.hanse.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a line of a Mooncake trace.
 *
 * @param tokensPerBlock tokens one of {@code hash_ids} stands for
 */
record MooncakeLine(int tokensPerBlock) implements LineParser {
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final long MOST_MILLIS = Duration.ofDays(3650).toMillis();

  @Override
  public boolean isHeading(String line) {
    return false;
  }

  @Override
  public TraceRequest parse(long number, String line) throws BadLineException {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new BadLineException("not valid JSON");
    }
    if (!node.isObject()) {
      throw new BadLineException("not a JSON object");
    }
    long millis = integer(node, "timestamp");
    if (millis < 0 || millis > MOST_MILLIS) {
      throw new BadLineException("timestamp must be 0 to " + MOST_MILLIS + " ms, is " + millis);
    }
    int input = LineParser.tokens("input_length", integer(node, "input_length"));
    int output = LineParser.tokens("output_length", integer(node, "output_length"));
    return new TraceRequest(
        number, Duration.ofMillis(millis), input, output, blockIds(node.path("hash_ids"), input));
  }

  private List<Long> blockIds(JsonNode ids, int inputTokens) throws BadLineException {
    if (ids.isMissingNode()) {
      return List.of();
    }
    if (!ids.isArray()) {
      throw new BadLineException("hash_ids must be an array");
    }
    int expected = Math.ceilDiv(inputTokens, tokensPerBlock);
    if (ids.size() != expected) {
      throw new BadLineException(
          "hash_ids has "
              + ids.size()
              + " entries, but "
              + inputTokens
              + " tokens are "
              + expected
              + " blocks of "
              + tokensPerBlock);
    }
    List<Long> blockIds = new ArrayList<>(expected);
    for (JsonNode id : ids) {
      if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 0) {
        throw new BadLineException("hash_ids must be integers of 0 or more");
      }
      blockIds.add(id.longValue());
    }
    return blockIds;
  }

  private static long integer(JsonNode node, String name) throws BadLineException {
    JsonNode value = node.path(name);
    if (value.isMissingNode()) {
      throw new BadLineException(name + " is missing");
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new BadLineException(name + " must be an integer");
    }
    return value.longValue();
  }
}
