package dev.hanse.control.membership;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Members with a note of what changed since the changes were last taken. */
final class MemberTable {
  private static final Comparator<MemberView> BY_ID =
      Comparator.comparing(view -> view.member().id());

  private final Map<NodeId, MemberView> members = new HashMap<>();
  private final Set<NodeId> taken = new HashSet<>();
  private final Set<NodeId> changed = new HashSet<>();
  private final Set<NodeId> loaded = new HashSet<>();
  private final Set<NodeId> removed = new HashSet<>();

  /** What changed between two takings. */
  record Changed(List<MemberView> members, Map<NodeId, Load> loads, Set<NodeId> removed) {
    boolean isEmpty() {
      return members.isEmpty() && loads.isEmpty() && removed.isEmpty();
    }
  }

  /** Makes the table hold {@code view} of {@code id}, or nothing of it. */
  void set(NodeId id, Optional<MemberView> view) {
    if (view.isPresent()) {
      put(id, view.get());
    } else if (members.remove(id) != null) {
      changed.remove(id);
      loaded.remove(id);
      // One that nobody was ever told of need not be taken back.
      if (taken.contains(id)) {
        removed.add(id);
      }
    }
  }

  private void put(NodeId id, MemberView view) {
    MemberView before = members.put(id, view);
    if (before == null || !same(before.member(), view.member())) {
      changed.add(id);
      loaded.remove(id);
      removed.remove(id);
    } else if (!before.load().equals(view.load()) && !changed.contains(id)) {
      loaded.add(id);
    }
  }

  /** Records compare all their components; most beats leave the very same member in place. */
  @SuppressWarnings("ReferenceEquality") // the shortcut is the point; equals follows
  private static boolean same(Member before, Member after) {
    return before == after || before.equals(after);
  }

  Changed take() {
    List<MemberView> whole = new ArrayList<>(changed.size());
    changed.forEach(id -> whole.add(held(id)));
    whole.sort(BY_ID);
    Map<NodeId, Load> loads = HashMap.newHashMap(loaded.size());
    loaded.forEach(id -> loads.put(id, held(id).load()));
    Changed result = new Changed(whole, loads, Set.copyOf(removed));
    taken.addAll(changed);
    taken.removeAll(removed);
    changed.clear();
    loaded.clear();
    removed.clear();
    return result;
  }

  private MemberView held(NodeId id) {
    MemberView view = members.get(id);
    if (view == null) {
      throw new IllegalStateException(id + " is marked as changed and not held");
    }
    return view;
  }

  boolean hasChanges() {
    return !changed.isEmpty() || !loaded.isEmpty() || !removed.isEmpty();
  }

  boolean contains(NodeId id) {
    return members.containsKey(id);
  }

  Optional<MemberView> find(NodeId id) {
    return Optional.ofNullable(members.get(id));
  }

  int size() {
    return members.size();
  }

  /** All of them, in order of their ids. */
  List<MemberView> sorted() {
    List<MemberView> all = new ArrayList<>(members.values());
    all.sort(BY_ID);
    return all;
  }
}
