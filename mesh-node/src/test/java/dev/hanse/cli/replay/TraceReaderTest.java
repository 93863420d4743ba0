package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceReaderTest {
  private static final String GOOD =
      "{\"timestamp\": 7, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [0, 46]}";

  @Test
  void readsMooncakeLines() throws Exception {
    Trace trace =
        read(
            """
            {"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 2353, 2354]}

            {"timestamp": 30535, "input_length": 512, "output_length": 0, "hash_ids": [46]}
            """);

    assertThat(trace.badLines()).isEmpty();
    assertThat(trace.requests())
        .containsExactly(
            new TraceRequest(
                1,
                Duration.ZERO,
                6955,
                52,
                List.of(46L, 47L, 48L, 49L, 50L, 51L, 52L, 53L, 54L, 55L, 56L, 57L, 2353L, 2354L)),
            new TraceRequest(3, Duration.ofMillis(3053), 512, 1, List.of(46L)));
  }

  @Test
  void readsAzureLinesOfBothYears() throws Exception {
    Trace trace =
        read(
            """
            TIMESTAMP,ContextTokens,GeneratedTokens\r
            2023-11-16 18:15:46.6805900,374,44\r
            2023-11-16 18:15:50.9951690,396,109\r
            2023-11-16 19:15:51.000000+01:00,3,4\
            """);

    assertThat(trace.badLines()).isEmpty();
    assertThat(trace.requests())
        .containsExactly(
            new TraceRequest(2, Duration.ZERO, 374, 44, List.of()),
            new TraceRequest(3, Duration.ofNanos(4_314_579_000L), 396, 109, List.of()),
            new TraceRequest(4, Duration.ofNanos(4_319_410_000L), 3, 4, List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{ | not valid JSON",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':[1]} {} | not valid JSON",
        "[1] | not a JSON object",
        "{'input_length':1,'output_length':1} | timestamp is missing",
        "{'timestamp':0.5,'input_length':1,'output_length':1} | timestamp must be an integer",
        "{'timestamp':-1,'input_length':1,'output_length':1} | timestamp must be 0 to",
        "{'timestamp':9e99,'input_length':1,'output_length':1} | timestamp must be an integer",
        "{'timestamp':9223372036854775807,'input_length':1,'output_length':1} | timestamp must be 0 to",
        "{'timestamp':0,'output_length':1} | input_length is missing",
        "{'timestamp':0,'input_length':'1','output_length':1} | input_length must be an integer",
        "{'timestamp':0,'input_length':-5,'output_length':1} | input_length must be 0 to",
        "{'timestamp':0,'input_length':2147483648,'output_length':1} | input_length must be 0 to",
        "{'timestamp':0,'input_length':1,'output_length':99999999} | output_length must be 0 to",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':7} | hash_ids must be an array",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':[1,2]} | hash_ids has 2 entries",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':[]} | hash_ids has 0 entries",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':['a']} | hash_ids must be integers",
        "{'timestamp':0,'input_length':1,'output_length':1,'hash_ids':[-1]} | hash_ids must be integers",
      })
  void reportsABadMooncakeLineByItsNumberAndGoesOn(String line, String reason) throws Exception {
    Trace trace = read(GOOD + "\n" + line.replace('\'', '"') + "\n" + GOOD + "\n");

    assertThat(trace.requests()).hasSize(2);
    assertThat(trace.badLines()).hasSize(1);
    assertThat(trace.badLines().getFirst().number()).isEqualTo(2);
    assertThat(trace.badLines().getFirst().reason()).startsWith(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2023-11-16 18:15:46.68,374",
        "2023-11-16 18:15:46.68,374,44,1",
        "yesterday,374,44",
        "2023-13-16 18:15:46.68,374,44",
        "2023-11-16 18:15:46.68,374,many",
        "2023-11-16 18:15:46.68,-374,44",
        "2023-11-16 18:15:46.68,99999999999999999999,44",
        "TIMESTAMP,ContextTokens,GeneratedTokens",
      })
  void reportsABadAzureLineByItsNumberAndGoesOn(String line) throws Exception {
    String good = "2023-11-16 18:15:46.6805900,374,44";

    Trace trace = read(good + "\n" + line + "\n" + good);

    assertThat(trace.requests()).hasSize(2);
    assertThat(trace.badLines()).extracting(Trace.BadLine::number).containsExactly(2L);
  }

  @Test
  void skipsAnEndlessLineWithoutKeepingIt() throws Exception {
    Trace trace = read(GOOD + "\n" + "x".repeat(3 << 20) + "\n" + GOOD);

    assertThat(trace.requests()).hasSize(2);
    assertThat(trace.badLines().getFirst().reason()).startsWith("longer than");
  }

  @Test
  void reportsBytesThatAreNotUtf8() throws Exception {
    byte[] bytes = (GOOD + "\n?\n").getBytes(StandardCharsets.US_ASCII);
    bytes[bytes.length - 2] = (byte) 0xff;

    Trace trace = TraceReader.read(new ByteArrayInputStream(bytes), Optional.empty(), 512, 0);

    assertThat(trace.badLines().getFirst()).hasToString("line 2: not valid UTF-8");
  }

  @Test
  void readsPastAByteOrderMark() throws Exception {
    assertThat(read("\uFEFF" + GOOD).requests()).hasSize(1);
  }

  @Test
  void stopsAtTheLimit() throws Exception {
    Trace trace =
        TraceReader.read(
            new ByteArrayInputStream((GOOD + "\n").repeat(5).getBytes(StandardCharsets.UTF_8)),
            Optional.empty(),
            512,
            3);

    assertThat(trace.requests()).hasSize(3);
  }

  @Test
  void bringsRequestsIntoTheOrderOfTheirTimes() throws Exception {
    Trace trace = read(GOOD.replace("7", "9") + "\n" + GOOD.replace("7", "4"));

    assertThat(trace.requests()).extracting(TraceRequest::line).containsExactly(2L, 1L);
    assertThat(trace.requests().getLast().offset()).isEqualTo(Duration.ofMillis(5));
  }

  @Test
  void hasNothingToTellOfAnEmptyFile() throws Exception {
    assertThat(read("").requests()).isEmpty();
  }

  @Test
  void givesUpOnAFileThatIsNoTrace() {
    assertThatIOException()
        .isThrownBy(() -> read("x\n".repeat(100_002)))
        .withMessageContaining("not a trace");
  }

  private static Trace read(String text) throws IOException {
    return TraceReader.read(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Optional.empty(), 512, 0);
  }
}
