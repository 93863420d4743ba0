package dev.hanse.node.admission;

import dev.hanse.api.ClientKey;

/** What became of a presented API key. */
public sealed interface KeyCheck {
  /** The key is known, current and unrevoked. */
  record Valid(ClientKey key, KeyBudget budget) implements KeyCheck {}

  /** The request must not be served. */
  record Rejected(Fault fault) implements KeyCheck {}

  /** Why a key was rejected. */
  enum Fault {
    MISSING,
    /** No such key, or not its secret: deliberately one case. */
    INVALID,
    EXPIRED,
    REVOKED
  }
}
