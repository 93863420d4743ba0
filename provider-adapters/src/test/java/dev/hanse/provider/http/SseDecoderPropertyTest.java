package dev.hanse.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class SseDecoderPropertyTest {
  private static final byte[] SPICE =
      ":\r\n\r\n data: event: {}[]\"\\\u00ef".getBytes(StandardCharsets.UTF_8);

  @Seeds(tries = 300)
  void portionsDoNotChangeTheEvents(long seed) throws MalformedAnswer {
    Random random = new Random(seed);
    byte[] bytes = hostile(random);

    assertThat(events(bytes, random, true)).isEqualTo(events(bytes, random, false));
  }

  @Seeds(tries = 300)
  void hostileBytesLeadToEventsWithinTheBoundOrToATypedFailure(long seed) {
    Random random = new Random(seed);
    SseDecoder decoder =
        new SseDecoder(100, event -> assertThat(event.data().length()).isLessThanOrEqualTo(100));
    try {
      for (int i = 0; i < 20; i++) {
        decoder.feed(Buffer.buffer(hostile(random)));
      }
      var _ = decoder.unfinished();
    } catch (MalformedAnswer typed) {
      assertThat(typed).hasMessageContaining("100");
    }
  }

  private static List<String> events(byte[] bytes, Random random, boolean portions)
      throws MalformedAnswer {
    List<String> events = new ArrayList<>();
    SseDecoder decoder =
        new SseDecoder(1 << 20, event -> events.add(event.type() + "|" + event.data()));
    int from = 0;
    while (from < bytes.length) {
      int to =
          portions ? from + 1 + random.nextInt(Math.min(7, bytes.length - from)) : bytes.length;
      decoder.feed(Buffer.buffer(bytes).slice(from, to));
      from = to;
    }
    decoder.unfinished().ifPresent(event -> events.add("unfinished|" + event.data()));
    return events;
  }

  /** Bytes of all kinds, with those an event stream is made of more often than chance. */
  private static byte[] hostile(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(300)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] =
          random.nextInt(4) == 0 ? (byte) random.nextInt(256) : SPICE[random.nextInt(SPICE.length)];
    }
    if (random.nextBoolean()) {
      byte[] line = "data: {\"a\":1}\r\n\r\n".getBytes(StandardCharsets.UTF_8);
      System.arraycopy(line, 0, bytes, 0, Math.min(line.length, bytes.length));
    }
    return bytes;
  }
}
