package dev.hanse.attestation.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Every bit of good bytes, one at a time: none may be taken. Uses all cores. */
public final class BitFlips {
  private BitFlips() {}

  /** Flips all there are. */
  public static void refused(Bytes good, Predicate<Bytes> accepts) {
    refused(good, 0, good.size(), accepts);
  }

  /**
   * Flips all bits from one byte up to another.
   *
   * @param accepts whether the subject takes the input; for many threads; must never throw
   */
  public static void refused(Bytes good, int from, int to, Predicate<Bytes> accepts) {
    refused(good, IntStream.range(from * Byte.SIZE, to * Byte.SIZE), accepts);
  }

  /**
   * Flips one bit of each byte, and all of them where fuzzing runs long: for certificates, where
   * most flips cost a signature check of 1 to 2 ms.
   */
  public static void refusedByTheByte(Bytes good, int from, int to, Predicate<Bytes> accepts) {
    boolean all = Integer.getInteger("hanse.fuzz.executions", 0) > 100_000;
    refused(
        good,
        IntStream.range(from * Byte.SIZE, to * Byte.SIZE)
            .filter(bit -> all || bit % Byte.SIZE == bit / Byte.SIZE % Byte.SIZE),
        accepts);
  }

  private static void refused(Bytes good, IntStream bits, Predicate<Bytes> accepts) {
    assertThat(accepts.test(good)).as("the good bytes are taken").isTrue();
    byte[] content = good.toArray();
    int[] taken =
        bits.parallel()
            .filter(bit -> {
              byte[] flipped = content.clone();
              flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
              return accepts.test(Bytes.copyOf(flipped));
            })
            .toArray();
    assertThat(taken).as("flipped bits with which it is taken all the same").isEmpty();
  }
}
