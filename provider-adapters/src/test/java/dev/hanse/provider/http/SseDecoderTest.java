package dev.hanse.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.provider.http.SseDecoder.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseDecoderTest {
  private final List<String> data = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private final SseDecoder decoder = new SseDecoder(64, this::take);

  private void take(SseEvent event) {
    data.add(event.data().toString());
    types.add(event.type());
  }

  private void feed(String... portions) throws MalformedAnswer {
    for (String portion : portions) {
      decoder.feed(Buffer.buffer(portion));
    }
  }

  @Test
  void joinsAnEventSplitOverPortions() throws MalformedAnswer {
    feed("da", "ta: {\"a\":", "1}", "\n", "\n");

    assertThat(data).containsExactly("{\"a\":1}");
  }

  @Test
  void separatesSeveralEventsOfOnePortion() throws MalformedAnswer {
    feed("data: 1\n\ndata: 2\n\ndata: 3\n\n");

    assertThat(data).containsExactly("1", "2", "3");
  }

  @Test
  void acceptsEveryLineEnd() throws MalformedAnswer {
    feed("data: lf\n\ndata: crlf\r\n\r\ndata: cr\r\rdata: mixed\r\n\n");

    assertThat(data).containsExactly("lf", "crlf", "cr", "mixed");
  }

  @Test
  void takesACarriageReturnAndLineFeedOfTwoPortionsAsOneLineEnd() throws MalformedAnswer {
    feed("data: a\r", "\ndata: b\r", "\n\r", "\n");

    assertThat(data).containsExactly("a\nb");
  }

  @Test
  void dispatchesAtTheCarriageReturnWithoutWaitingForTheLineFeed() throws MalformedAnswer {
    feed("data: a\r\n\r");

    assertThat(data).containsExactly("a");
  }

  @Test
  void joinsDataLinesAndIgnoresCommentsAndUnknownFields() throws MalformedAnswer {
    feed(": keep-alive\nevent: delta\nid: 7\nretry: 5\nfoo\ndata: a\ndata:b\n\n:\n\n");

    assertThat(data).containsExactly("a\nb");
    assertThat(types).containsExactly("delta");
  }

  @Test
  void skipsAByteOrderMarkInPortions() throws MalformedAnswer {
    for (int b : new int[] {0xEF, 0xBB, 0xBF}) {
      decoder.feed(Buffer.buffer(new byte[] {(byte) b}));
    }
    feed("data: a\n\n");

    assertThat(data).containsExactly("a");
  }

  @Test
  void keepsBytesThatOnlyBeginLikeAByteOrderMark() throws MalformedAnswer {
    decoder.feed(Buffer.buffer(new byte[] {(byte) 0xEF}));
    feed("data: a\ndata: b\n\n");

    assertThat(data).containsExactly("b");
  }

  @Test
  void ignoresEventsWithoutData() throws MalformedAnswer {
    feed("event: ping\n\ndata:\n\ndata: a\n\n");

    assertThat(data).containsExactly("a");
    assertThat(types).containsExactly("");
  }

  @Test
  void offersAnEventThatLacksItsEmptyLine() throws MalformedAnswer {
    feed("data: [DONE]");

    assertThat(decoder.unfinished().orElseThrow().data().toString()).isEqualTo("[DONE]");
    assertThat(data).isEmpty();
  }

  @Test
  void stopsWithinAPortion() throws MalformedAnswer {
    List<String> heard = new ArrayList<>();
    SseDecoder[] self = new SseDecoder[1];
    self[0] =
        new SseDecoder(
            64,
            event -> {
              heard.add(event.data().toString());
              self[0].stop();
            });

    self[0].feed(Buffer.buffer("data: 1\n\ndata: 2\n\n"));

    assertThat(heard).containsExactly("1");
    assertThat(self[0].unfinished()).isEmpty();
  }

  @Test
  void refusesAnEventBeyondItsBoundInOneLineOrInMany() {
    assertThatThrownBy(() -> feed("data: " + "x".repeat(80))).isInstanceOf(MalformedAnswer.class);

    SseDecoder many = new SseDecoder(64, event -> {});
    assertThatThrownBy(() -> many.feed(Buffer.buffer("data: xxxxxxxxxx\n".repeat(10))))
        .isInstanceOf(MalformedAnswer.class);
  }
}
