package dev.hanse.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ModelId;
import dev.hanse.seeds.Seeds;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PrefixChainsTest {
  private static final ModelId MODEL = new ModelId("llama-3.1-8b-instruct");

  // Computed with xxHash's own C library (through python-xxhash), not with the code under test.
  private static final long GOLDEN_EMPTY = 0x3f882a5322c2f1a0L;
  private static final long GOLDEN_SHORT = 0xd50173d57efe636dL;
  private static final long GOLDEN_LONG_0 = 0xfe2026a2aa031ee5L;
  private static final long GOLDEN_LONG_1 = 0xdc6901f7105d0609L;
  private static final long GOLDEN_CACHE_KEY = 0x38a9a0b7bf776120L;

  private static PrefixChains.Builder builder() {
    return PrefixChains.builder("tenant-1", MODEL);
  }

  private static PrefixChain chainOf(String prompt) {
    return builder().append(prompt).build(Optional.empty());
  }

  @Test
  void hashesTheGoldenPromptsAsEver() {
    PrefixChain empty = chainOf("");
    PrefixChain shorter = chainOf("Hello, mesh.");
    PrefixChain longer = chainOf("0123456789abcdef".repeat(40));

    assertThat(empty.length()).isEqualTo(1);
    assertThat(empty.hash(0)).isEqualTo(GOLDEN_EMPTY);
    assertThat(shorter.length()).isEqualTo(1);
    assertThat(shorter.hash(0)).isEqualTo(GOLDEN_SHORT);
    assertThat(longer.length()).isEqualTo(2);
    assertThat(longer.hash(0)).isEqualTo(GOLDEN_LONG_0);
    assertThat(longer.hash(1)).isEqualTo(GOLDEN_LONG_1);
    assertThat(longer.key()).isEqualTo(GOLDEN_LONG_1);
    assertThat(builder().append("x").build(Optional.of("session-7")).key())
        .isEqualTo(GOLDEN_CACHE_KEY);
  }

  @Test
  void sharesTheHashesOfASharedPrefixAndNoOthers() {
    String opening = "s".repeat(PrefixChains.BLOCK_BYTES * 3);

    PrefixChain one = chainOf(opening + "a".repeat(600));
    PrefixChain other = chainOf(opening + "b".repeat(600));

    assertThat(one.length()).isEqualTo(5);
    for (int i = 0; i < 3; i++) {
      assertThat(one.hash(i)).isEqualTo(other.hash(i));
    }
    assertThat(one.hash(3)).isNotEqualTo(other.hash(3));
    assertThat(one.hash(4)).isNotEqualTo(other.hash(4));
  }

  @Test
  void aConversationKeepsItsKeyAsItGrows() {
    PrefixChain first =
        builder().append("system").append("user: hi").anchor().build(Optional.empty());
    PrefixChain third =
        builder()
            .append("system")
            .append("user: hi")
            .anchor()
            .append("assistant: hello".repeat(100))
            .anchor()
            .append("user: go on")
            .build(Optional.empty());

    assertThat(third.key()).isEqualTo(first.key());
  }

  @Test
  void conversationsThatOpenAlikeHaveKeysOfTheirOwn() {
    PrefixChain one = builder().append("system").append("one").anchor().build(Optional.empty());
    PrefixChain other = builder().append("system").append("two").anchor().build(Optional.empty());

    assertThat(one.key()).isNotEqualTo(other.key());
  }

  @Test
  void aVeryLongSharedOpeningIsPlacedAsOne() {
    String opening = "x".repeat(PrefixChains.BLOCK_BYTES * PrefixChains.KEY_BLOCKS);

    PrefixChain one = builder().append(opening).append("one").anchor().build(Optional.empty());
    PrefixChain other = builder().append(opening).append("two".repeat(500)).build(Optional.empty());

    assertThat(one.key()).isEqualTo(other.key());
  }

  @Test
  void thePromptCacheKeyDecidesWithinTenantAndModel() {
    Optional<String> session = Optional.of("session-7");
    PrefixChain one = builder().append("one").anchor().build(session);

    assertThat(builder().append("two").build(session).key()).isEqualTo(one.key());
    assertThat(builder().append("one").build(Optional.of("session-8")).key())
        .isNotEqualTo(one.key());
    assertThat(PrefixChains.builder("tenant-2", MODEL).append("one").build(session).key())
        .isNotEqualTo(one.key());
    assertThat(
            PrefixChains.builder("tenant-1", new ModelId("other"))
                .append("one")
                .build(session)
                .key())
        .isNotEqualTo(one.key());
  }

  @Test
  void tenantsAndModelsShareNoHash() {
    PrefixChain mine = chainOf("the same prompt");

    assertThat(
            PrefixChains.builder("tenant-2", MODEL)
                .append("the same prompt")
                .build(Optional.empty())
                .hash(0))
        .isNotEqualTo(mine.hash(0));
    assertThat(
            PrefixChains.builder("tenant-1l", new ModelId("lama-3.1-8b-instruct"))
                .append("the same prompt")
                .build(Optional.empty())
                .hash(0))
        .isNotEqualTo(mine.hash(0));
  }

  @Test
  void aPromptBeyondTheDeepestBlockIsCutThere() {
    byte[] block = new byte[PrefixChains.BLOCK_BYTES * 64];
    PrefixChains.Builder builder = builder();
    for (int i = 0; i < PrefixChains.MAX_BLOCKS / 64; i++) {
      builder.append(block);
    }

    PrefixChain full = builder.append("more").append(block).build(Optional.empty());

    assertThat(full.length()).isEqualTo(PrefixChains.MAX_BLOCKS);
  }

  @Seeds(tries = 50)
  void howTheBytesArriveDoesNotMatter(long seed) {
    Random random = new Random(seed);
    byte[] prompt = new byte[random.nextInt(5_000)];
    random.nextBytes(prompt);
    PrefixChain whole = builder().append(prompt).build(Optional.empty());

    PrefixChains.Builder pieces = builder();
    for (int from = 0; from < prompt.length; ) {
      int count = Math.min(prompt.length - from, 1 + random.nextInt(700));
      pieces.append(prompt, from, count);
      from += count;
    }

    assertThat(pieces.build(Optional.empty())).isEqualTo(whole);
  }
}
