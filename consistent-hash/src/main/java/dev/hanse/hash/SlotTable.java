package dev.hanse.hash;

import java.util.Collection;
import java.util.List;

/** Skeleton. */
@SuppressWarnings("DoNotCallSuggester") // signatures only, bodies follow
public final class SlotTable {
  public static final int MAX_MEMBERS = 4096;

  private SlotTable() {}

  public static SlotTable of(Collection<Member> members, long seed) {
    throw new UnsupportedOperationException(members + " " + seed);
  }

  public int first(long key) {
    throw new UnsupportedOperationException("" + key);
  }

  public int preference(long key, int rank) {
    throw new UnsupportedOperationException("" + key + rank);
  }

  public List<Member> members() {
    throw new UnsupportedOperationException();
  }

  public long digest() {
    throw new UnsupportedOperationException();
  }

  public SlotTable with(Member member) {
    throw new UnsupportedOperationException(member.id());
  }

  public SlotTable without(String id) {
    throw new UnsupportedOperationException(id);
  }

  public SlotTable reweighted(String id, double weight) {
    throw new UnsupportedOperationException(id + weight);
  }
}
