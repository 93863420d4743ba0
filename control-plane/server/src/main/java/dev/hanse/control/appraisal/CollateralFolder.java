package dev.hanse.control.appraisal;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Vendors' collateral as files: {@code <technology>/<kind>/<key>.<any ending>}, for example {@code
 * sev-snp/crl/Milan.crl} or {@code intel-tdx/collateral/90c06f000000.json}. Whoever fills the
 * folder decides where from; nothing here goes to a network.
 */
public final class CollateralFolder {
  private static final int FILE_LIMIT_BYTES = 4 << 20;
  private static final int MOST_FILES = 4096;
  private static final int DEPTH = 3;

  private CollateralFolder() {}

  /**
   * Reads all of it.
   *
   * @throws IOException if it cannot be read whole, holds too much, or two files of one key
   */
  public static CollateralStore read(Path folder) throws IOException {
    Map<CollateralStore.Id, Bytes> kept = new HashMap<>();
    for (Path file : files(folder)) {
      Path inside = folder.relativize(file);
      if (inside.getNameCount() != DEPTH) {
        throw new IOException(file + " does not stand in <technology>/<kind>/ under " + folder);
      }
      if (Files.size(file) > FILE_LIMIT_BYTES) {
        throw new IOException(file + " is over " + FILE_LIMIT_BYTES + " bytes");
      }
      CollateralStore.Id id =
          new CollateralStore.Id(
              inside.getName(0) + "/" + inside.getName(1), key(String.valueOf(file.getFileName())));
      if (kept.put(id, Bytes.copyOf(Files.readAllBytes(file))) != null) {
        throw new IOException("two files under " + folder + " are " + id.kind() + " " + id.key());
      }
    }
    return CollateralStore.of(kept);
  }

  /** When each file was changed last, and its size: another answer means read it anew. */
  static Map<Path, List<Object>> state(Path folder) throws IOException {
    Map<Path, List<Object>> state = new HashMap<>();
    for (Path file : files(folder)) {
      state.put(file, List.of(Files.getLastModifiedTime(file), Files.size(file)));
    }
    return state;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, DEPTH)) {
      List<Path> files = walk.filter(Files::isRegularFile).limit(MOST_FILES + 1L).toList();
      if (files.size() > MOST_FILES) {
        throw new IOException(folder + " holds more than " + MOST_FILES + " files");
      }
      return files;
    }
  }

  /** RIMs have dots in their names: only the last ending goes. */
  private static String key(String file) {
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
