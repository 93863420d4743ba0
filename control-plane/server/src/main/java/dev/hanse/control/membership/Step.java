package dev.hanse.control.membership;

/**
 * What brings a follower further.
 *
 * @param <D> a change
 * @param <W> everything
 */
public sealed interface Step<D, W> {
  /** There is nothing newer. */
  record Current<D, W>() implements Step<D, W> {}

  /** The change that follows what the follower holds. */
  record Next<D, W>(D delta) implements Step<D, W> {}

  /** What the follower holds leads nowhere: it starts from here. */
  record Whole<D, W>(W everything) implements Step<D, W> {}
}
