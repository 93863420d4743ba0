package dev.hanse.hash;

import java.util.List;

/** What every consistent hash can do: name the member a key belongs to. Immutable. */
public sealed interface FirstChoice permits SlotTable, Ring, Maglev, Jump {
  /** The members in order of id. */
  List<Member> members();

  /** Index in {@link #members} of the member a key belongs to. */
  int first(long key);
}
