package dev.hanse.control.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.policy.Transcript;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much evidence is kept, and whose. */
class TranscriptsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final Transcripts transcripts = new Transcripts(4, 1000);

  @Test
  void countsBodiesAndCollateral() {
    Evidence part = new Evidence("simulated", bytes(10), List.of(bytes(3), bytes(4)));

    assertThat(transcripts.keep(certified(1, List.of(part, part)))).isTrue();

    assertThat(transcripts.bytes()).isEqualTo(34);
    assertThat(transcripts.find(digest(1))).isPresent();
  }

  @Test
  void keepsNoMoreThanItsNumber() {
    for (int at = 0; at < 4; at++) {
      assertThat(transcripts.keep(certified(at, 1))).isTrue();
    }

    assertThat(transcripts.keep(certified(4, 1))).isFalse();
    assertThat(transcripts.digests()).containsExactly(digest(0), digest(1), digest(2), digest(3));
  }

  @Test
  void keepsAsManyBytesAsItMayAndNotOneMore() {
    transcripts.keep(certified(0, 500));

    assertThat(transcripts.keep(certified(1, 500))).isTrue();
    assertThat(transcripts.keep(certified(2, 1001))).isFalse();
    assertThat(transcripts.bytes()).isEqualTo(1000);
  }

  @Test
  void theLargestGiveWayToASmallerOne() {
    transcripts.keep(certified(0, 100));
    transcripts.keep(certified(1, 600));
    transcripts.keep(certified(2, 300));

    assertThat(transcripts.keep(certified(3, 200))).isTrue();

    assertThat(transcripts.digests()).containsExactly(digest(0), digest(2), digest(3));
    assertThat(transcripts.bytes()).isEqualTo(600);
  }

  @Test
  void nobodyGivesWayToOneAsLargeOrWhereThatWouldNotDo() {
    transcripts.keep(certified(0, 500));
    transcripts.keep(certified(1, 500));

    assertThat(transcripts.keep(certified(2, 500))).isFalse();
    transcripts.retain(digest -> false);
    transcripts.keep(certified(0, 490));
    transcripts.keep(certified(1, 495));
    transcripts.keep(certified(2, 15));
    assertThat(transcripts.keep(certified(3, 494))).isTrue();
    assertThat(transcripts.digests()).containsExactly(digest(0), digest(2), digest(3));
  }

  @Test
  void oneThatComesAgainTakesItsOwnPlace() {
    transcripts.keep(certified(0, 900));

    assertThat(transcripts.keep(certified(0, 950))).isTrue();
    assertThat(transcripts.bytes()).isEqualTo(950);
    assertThat(transcripts.size()).isEqualTo(1);
  }

  @Test
  void forgetsThoseOfResultsThatStandNoMore() {
    transcripts.keep(certified(0, 400));
    transcripts.keep(certified(1, 500));

    transcripts.retain(digest(1)::equals);

    assertThat(transcripts.digests()).containsExactly(digest(1));
    assertThat(transcripts.bytes()).isEqualTo(500);
  }

  @Test
  void itsRevisionRisesWhenWhatIsKeptChanges() {
    long before = transcripts.revision();
    transcripts.keep(certified(0, 400));
    long kept = transcripts.revision();
    assertThat(kept).isGreaterThan(before);

    transcripts.retain(digest -> true);
    assertThat(transcripts.keep(certified(1, 1001))).isFalse();
    assertThat(transcripts.revision()).isEqualTo(kept);
    transcripts.retain(digest -> false);
    assertThat(transcripts.revision()).isGreaterThan(kept);
  }

  private static Certified certified(int number, int evidenceBytes) {
    return certified(number, List.of(new Evidence("simulated", bytes(evidenceBytes))));
  }

  private static Certified certified(int number, List<Evidence> parts) {
    return new Certified(
        Exchanges.of("gpu-" + number),
        digest(number),
        "built-in-1",
        new Transcript(parts, bytes(64), NOW, NOW.plusSeconds(60)));
  }

  private static String digest(int number) {
    return HexFormat.of().toHexDigits(number).repeat(8);
  }

  private static Bytes bytes(int size) {
    return Bytes.copyOf(new byte[size]);
  }
}
