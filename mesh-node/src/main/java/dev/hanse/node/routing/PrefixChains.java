package dev.hanse.node.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.hanse.api.ModelId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Computes the {@link PrefixChain} of a prompt from its canonical bytes, fed in the order the
 * engine reads them: tools, system, messages.
 *
 * <p>Every hash is XXH3 of 64 bits, seed 0, over the previous hash (8 bytes, little endian)
 * followed by the block's bytes. The hash before the first block covers tenant salt and model, each
 * behind its length (4 bytes, little endian), so that no two tenants or models share a chain. A
 * trailing partial block counts only when it is the only one: with it, a conversation's last hash
 * would never be met again.
 *
 * <p>The key must stay the same while a conversation grows and differ between conversations that
 * merely open alike. So it covers what a conversation keeps from its first request on, up to the
 * {@linkplain Builder#anchor anchor}, and at most {@value #KEY_BLOCKS} blocks of it. Past that
 * depth a shared opening is worth more in one cache than its spread is worth in balance, and
 * bounded loads spread it when it runs hot.
 *
 * <p>Source: reference vLLM's automatic prefix caching for chained block hashes; Y. Collet, "XXH3",
 * xxHash 0.8 specification.
 */
public final class PrefixChains {
  /** Bytes in a block: about 64 tokens of English, four of vLLM's KV blocks. */
  public static final int BLOCK_BYTES = 256;

  /** Blocks a chain holds at most; bytes after them do not count. 1 MiB of prompt. */
  public static final int MAX_BLOCKS = 4096;

  /** Blocks the placement key covers at most: 8 KiB, about 2,000 tokens. */
  public static final int KEY_BLOCKS = 32;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private PrefixChains() {}

  /**
   * Starts a chain.
   *
   * @param tenantSalt what sets this tenant's chains apart from all others'
   * @param model the public name; an adapter (LoRA) is a model of its own
   */
  public static Builder builder(String tenantSalt, ModelId model) {
    return new Builder(rootOf(tenantSalt, model));
  }

  private static long rootOf(String tenantSalt, ModelId model) {
    byte[] salt = tenantSalt.getBytes(StandardCharsets.UTF_8);
    byte[] name = model.value().getBytes(StandardCharsets.UTF_8);
    byte[] root = new byte[Integer.BYTES + salt.length + Integer.BYTES + name.length];
    INT.set(root, 0, salt.length);
    System.arraycopy(salt, 0, root, Integer.BYTES, salt.length);
    INT.set(root, Integer.BYTES + salt.length, name.length);
    System.arraycopy(name, 0, root, root.length - name.length, name.length);
    return XXH3.hashBytesToLong(root);
  }

  /** A chain in the making. Used by one thread, and once. */
  public static final class Builder {
    private final long root;

    /** The hash before the block, then as much of the block as has come. */
    private final byte[] window = new byte[Long.BYTES + BLOCK_BYTES];

    private int filled;
    private long[] hashes = new long[16];
    private int length;
    private boolean anchored;
    private long anchorKey;

    private Builder(long root) {
      this.root = root;
      LONG.set(window, 0, root);
    }

    /** Appends text as UTF-8. */
    public Builder append(String text) {
      return append(text.getBytes(StandardCharsets.UTF_8));
    }

    public Builder append(byte[] bytes) {
      return append(bytes, 0, bytes.length);
    }

    public Builder append(byte[] bytes, int offset, int count) {
      int from = offset;
      int end = offset + count;
      while (from < end && length < MAX_BLOCKS) {
        int taken = Math.min(end - from, BLOCK_BYTES - filled);
        System.arraycopy(bytes, from, window, Long.BYTES + filled, taken);
        filled += taken;
        from += taken;
        if (filled == BLOCK_BYTES) {
          endBlock();
        }
      }
      return this;
    }

    /**
     * Says that every request of this conversation will hold what came so far: to be called after
     * the first user message, which earlier answers do not precede. Only the first call counts.
     */
    public Builder anchor() {
      if (!anchored) {
        anchored = true;
        anchorKey = length < KEY_BLOCKS ? partialHash() : hashes[KEY_BLOCKS - 1];
      }
      return this;
    }

    /**
     * The chain. A prompt without an anchor is placed by its first {@value #KEY_BLOCKS} blocks.
     *
     * @param promptCacheKey the client's own word on which requests belong together; it takes the
     *     place of the key, within the tenant and the model
     */
    public PrefixChain build(Optional<String> promptCacheKey) {
      if (length == 0) {
        add(partialHash());
      }
      anchorAtKeyDepth();
      long key = promptCacheKey.map(this::keyOf).orElse(anchorKey);
      return PrefixChain.of(Arrays.copyOf(hashes, length), key);
    }

    private void anchorAtKeyDepth() {
      if (!anchored) {
        anchored = true;
        anchorKey = hashes[Math.min(length, KEY_BLOCKS) - 1];
      }
    }

    private long keyOf(String promptCacheKey) {
      byte[] text = promptCacheKey.getBytes(StandardCharsets.UTF_8);
      byte[] keyed = new byte[Long.BYTES + text.length];
      LONG.set(keyed, 0, root);
      System.arraycopy(text, 0, keyed, Long.BYTES, text.length);
      return XXH3.hashBytesToLong(keyed);
    }

    private long partialHash() {
      return XXH3.hashBytesToLong(window, 0, Long.BYTES + filled);
    }

    private void endBlock() {
      long hash = partialHash();
      add(hash);
      LONG.set(window, 0, hash);
      filled = 0;
    }

    private void add(long hash) {
      if (length == hashes.length) {
        hashes = Arrays.copyOf(hashes, Math.min(MAX_BLOCKS, length * 2));
      }
      hashes[length++] = hash;
    }
  }
}
