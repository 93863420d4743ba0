package dev.hanse.node.control;

import dev.hanse.api.Snapshot;
import java.util.Optional;

/** Remembers the last good view over a restart. Blocks; losing it is no failure. */
public interface SnapshotStore {
  /** Remembers nothing. */
  SnapshotStore NONE =
      new SnapshotStore() {
        @Override
        public Optional<Snapshot> load() {
          return Optional.empty();
        }

        @Override
        public void save(Snapshot snapshot) {}
      };

  /** Empty when there is none or it cannot be read. */
  Optional<Snapshot> load();

  /** Replaces what was there, or leaves it as it was. */
  void save(Snapshot snapshot);
}
