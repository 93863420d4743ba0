package dev.hanse.control.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last few changes, each found by the version it starts from. Versions rise by one. */
final class History<D> {
  private final List<@Nullable Entry<D>> slots;

  private record Entry<D>(long base, D change) {}

  History(int size) {
    slots = new ArrayList<>(Collections.nCopies(size, null));
  }

  void add(long base, D change) {
    slots.set(slot(base), new Entry<>(base, change));
  }

  Optional<D> after(long base) {
    Entry<D> entry = slots.get(slot(base));
    return entry != null && entry.base() == base ? Optional.of(entry.change()) : Optional.empty();
  }

  private int slot(long base) {
    return Math.floorMod(base, slots.size());
  }
}
