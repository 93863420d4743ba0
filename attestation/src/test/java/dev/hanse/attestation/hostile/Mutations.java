package dev.hanse.attestation.hostile;

import dev.hanse.attestation.Bytes;
import java.util.Arrays;
import java.util.Random;

/** Changes good bytes as an attacker or a broken cable would; reproducible by its seed. */
public final class Mutations {
  private static final int[] INTERESTING = {0, 1, 0x7F, 0x80, 0xFF, 0x30, 0x5B, 0x5F, 0x9F, 0xBF};

  private final Random random;

  public Mutations(long seed) {
    this.random = new Random(seed);
  }

  /** One to four changes: bits, bytes, lengths, cuts, copies, insertions. */
  public Bytes of(Bytes good) {
    byte[] mutated = good.toArray();
    for (int change = 1 + random.nextInt(4); change > 0; change--) {
      mutated = changed(mutated);
    }
    return Bytes.copyOf(mutated);
  }

  private byte[] changed(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[random.nextInt(64)];
    }
    int at = random.nextInt(bytes.length);
    byte[] changed = bytes.clone();
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(32));
      case 2 -> {
        changed[at] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
        yield changed;
      }
      case 3 -> {
        Arrays.fill(changed, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), (byte) 0xFF);
        yield changed;
      }
      case 4 -> {
        int from = random.nextInt(bytes.length);
        int count = random.nextInt(Math.min(bytes.length - at, bytes.length - from) + 1);
        System.arraycopy(bytes, from, changed, at, count);
        yield changed;
      }
      case 5 -> {
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, shorter, at, bytes.length - at - 1);
        yield shorter;
      }
      default -> {
        changed[at] ^= (byte) (1 << random.nextInt(8));
        yield changed;
      }
    };
  }
}
