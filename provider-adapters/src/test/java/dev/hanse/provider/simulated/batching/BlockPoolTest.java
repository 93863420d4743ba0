package dev.hanse.provider.simulated.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class BlockPoolTest {
  private final BlockPool pool = new BlockPool(3);

  @Test
  void takesEveryBlockOnceAndThenNone() {
    assertThat(new int[] {pool.take(), pool.take(), pool.take()})
        .containsExactlyInAnyOrder(0, 1, 2);

    assertThat(pool.take()).isEqualTo(BlockPool.NONE);
  }

  @Test
  void findsANamedBlockAfterItsReleaseUntilItIsTaken() {
    int block = pool.take();
    pool.name(block, 7);
    pool.release(block);

    assertThat(pool.find(7)).isEqualTo(block);

    pool.take();
    pool.take();
    pool.take();
    assertThat(pool.find(7)).isEqualTo(BlockPool.NONE);
    assertThat(pool.evictions()).isEqualTo(1);
  }

  @Test
  void takesTheNamelessFirstAndThenTheLeastRecentlyReleased() {
    int first = pool.take();
    int second = pool.take();
    int third = pool.take();
    pool.name(first, 1);
    pool.name(second, 2);

    pool.release(second);
    pool.release(first);
    pool.release(third);

    assertThat(new int[] {pool.take(), pool.take(), pool.take()})
        .containsExactly(third, second, first);
  }

  @Test
  void doesNotTakeABlockThatIsStillReferenced() {
    int shared = pool.take();
    pool.name(shared, 1);
    pool.retain(shared);

    pool.release(shared);

    assertThat(pool.unreferenced()).isEqualTo(2);
    assertThat(new int[] {pool.take(), pool.take(), pool.take()}).doesNotContain(shared);
  }

  @Test
  void keepsTheFirstBlockOfAName() {
    int first = pool.take();
    int second = pool.take();

    pool.name(first, 1);
    pool.name(second, 1);

    assertThat(pool.find(1)).isEqualTo(first);
    assertThat(pool.named()).isEqualTo(1);
  }

  @Test
  void refusesToReleaseWhatNobodyHolds() {
    assertThatIllegalStateException()
        .isThrownBy(() -> pool.release(0))
        .withMessageContaining("block 0");
  }
}
