package dev.hanse.control.appraisal;

import dev.hanse.attestation.CollateralStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The vendors' collateral that counts now: a folder's, read and swapped whole. {@link #get} is for
 * any thread and never waits; whoever asks again after a change is given another store. {@link
 * #refresh} reads files, is for one thread at a time, and belongs to the {@link PolicyBook} that
 * has everybody judged anew.
 */
public final class CollateralInForce implements Supplier<CollateralStore> {
  private final Optional<Path> folder;
  private volatile CollateralStore store = CollateralStore.EMPTY;
  private Map<Path, List<Object>> state = Map.of();
  private Map<Path, List<Object>> seen = Map.of();

  /**
   * Reads the folder.
   *
   * @param folder empty: nothing is kept, ever
   * @throws IOException if it cannot be read whole, holds too much, or two files of one key
   */
  public CollateralInForce(Optional<Path> folder) throws IOException {
    this.folder = folder;
    if (folder.isPresent()) {
      this.state = CollateralFolder.state(folder.get());
      this.seen = state;
      this.store = CollateralFolder.read(folder.get());
    }
  }

  @Override
  public CollateralStore get() {
    return store;
  }

  /**
   * Takes what has been the same for two looks: a folder that is being filled shows half a list to
   * whoever reads it at once, and half a list would withdraw everybody it is about.
   *
   * @return whether other collateral is in force now
   * @throws IOException if the folder cannot be read whole; what was in force stays
   */
  boolean refresh() throws IOException {
    if (folder.isEmpty()) {
      return false;
    }
    Map<Path, List<Object>> now = CollateralFolder.state(folder.get());
    boolean settled = now.equals(seen);
    seen = now;
    if (!settled || now.equals(state)) {
      return false;
    }
    store = CollateralFolder.read(folder.get());
    state = now;
    return true;
  }
}
