package dev.hanse.control.membership;

/** What a remote region's update did. */
public sealed interface FoldOutcome {
  /** It was the next one, or everything. */
  record Applied() implements FoldOutcome {}

  /** It repeated or preceded what is known. */
  record Stale() implements FoldOutcome {}

  /** Something before it is missing: ask for everything. */
  record Gap() implements FoldOutcome {}

  /** It breaks a rule or a bound; nothing of it was folded. */
  record Refused(String reason) implements FoldOutcome {}
}
