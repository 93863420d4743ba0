package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LifelineTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final ScriptedDialer<String, String> dialer = new ScriptedDialer<>();
  private final List<String> events = new ArrayList<>();
  private final Lifeline<String, String> line =
      new Lifeline<>("test", dialer, loop, new Random(1), Pace.DEFAULT, new Recorder());

  @Test
  void triesTheNextAddressAfterAPause() {
    line.start();
    dialer.last().close("connection refused");

    assertThat(dialer.lines).hasSize(1);
    loop.pass(Pace.DEFAULT.retryTo());

    assertThat(dialer.lines).hasSize(2);
    assertThat(dialer.last().address).isEqualTo(1);
    assertThat(events).containsExactly("lost");
  }

  @Test
  void givesUpAConnectionThatTakesTooLongAndTheOneThatOpensAfterAll() {
    line.start();
    var slow = dialer.last();

    loop.pass(Duration.ofMillis(7_001));
    slow.open();

    assertThat(dialer.lines).hasSize(2);
    assertThat(slow.cancelled).isTrue();
    assertThat(events).containsExactly("lost");
  }

  @Test
  void keepsAStreamWhoseTransportAnswers() {
    line.start();
    dialer.last().open();

    loop.pass(Duration.ofMinutes(5));

    assertThat(dialer.lines).hasSize(1);
  }

  @Test
  void givesUpAStreamThatFellSilent() {
    line.start();
    var silent = dialer.last().open();
    silent.answersPings = false;

    loop.pass(Duration.ofSeconds(4));

    assertThat(silent.cancelled).isTrue();
    loop.pass(Pace.DEFAULT.retryTo());
    assertThat(dialer.last().address).isEqualTo(1);
    assertThat(events).containsExactly("opened", "lost");
  }

  @Test
  void aMessageIsASignOfLifeWhereAPingIsNotAnswered() {
    line.start();
    var busy = dialer.last().open();
    busy.answersPings = false;

    for (int second = 0; second < 30; second++) {
      loop.pass(Duration.ofSeconds(1));
      busy.say("still here");
    }

    assertThat(busy.cancelled).isFalse();
  }

  @Test
  void opensAgainAtOnceAndAtTheSameAddressWhenTheCredentialChanged() {
    line.start();
    var outdated = dialer.last().open();

    dialer.credential = "renewed";
    loop.pass(Pace.DEFAULT.stallAfter());

    assertThat(outdated.cancelled).isTrue();
    assertThat(dialer.lines).hasSize(2);
    assertThat(dialer.last().address).isZero();
  }

  @Test
  void hearsNothingMoreOfAStreamThatWasGivenUp() {
    line.start();
    var first = dialer.last().open();
    line.giveUp("why not", Duration.ZERO);
    first.say("late");
    first.close("later");

    assertThat(events).containsExactly("opened", "lost");
  }

  @Test
  void waitsAsLongAsItIsTold() {
    line.start();
    dialer.last().open();
    line.giveUp("refused", Duration.ofSeconds(30));
    assertThat(events).containsExactly("opened", "lost");

    loop.pass(Duration.ofMillis(29_999));
    assertThat(dialer.lines).hasSize(1);

    loop.pass(Duration.ofMillis(1));
    assertThat(dialer.lines).hasSize(2);
  }

  @Test
  void aClosedLineStaysClosedAndLeavesNoTimer() {
    line.start();
    var open = dialer.last().open();
    line.close();
    loop.pass(Duration.ofHours(1));

    assertThat(open.cancelled).isTrue();
    assertThat(dialer.lines).hasSize(1);
    assertThat(loop.pending()).isZero();
  }

  @Test
  void aLineClosedWhileItPausesStaysClosed() {
    line.start();
    dialer.last().close("gone");
    line.close();
    loop.pass(Duration.ofHours(1));

    assertThat(dialer.lines).hasSize(1);
    assertThat(loop.pending()).isZero();
  }

  @Seeds
  void pausesStayWithinTheirBoundsAndGrow(long seed) {
    Random random = new Random(seed);

    for (int failures = 0; failures < 100; failures++) {
      long limitMillis = Math.min(2_000, 200L << Math.min(failures, 10));
      assertThat(Pace.DEFAULT.pauseAfter(failures, random))
          .isBetween(Duration.ofMillis(100), Duration.ofMillis(limitMillis));
    }
  }

  private final class Recorder implements Lifeline.Protocol<String, String> {
    @Override
    public void opened(Dialer.Call<String> call) {
      events.add("opened");
    }

    @Override
    public void heard(String message) {
      line.progressed();
    }

    @Override
    public void lost() {
      events.add("lost");
    }
  }
}
