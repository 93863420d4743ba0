package dev.hanse.control.store;

import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.workflow.Certified;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Evidence, a file each, named by its digest. A file never changes: it is there, whole, or not.
 * Blocks; whatever else is in the folder is left alone.
 *
 * <p>A file that cannot be understood does not stop the start, as those beside the folder do. To go
 * on without one of those gives trust back that was taken; to go on without evidence takes trust
 * from one node, which brings fresh evidence within seconds. Stopping would take it from everybody,
 * for a file that a full disk or a curious editor left behind.
 */
final class EvidenceFolder {
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
  private static final String SUFFIX = ".json";
  private static final String HALF_WRITTEN = "*" + SUFFIX + JsonFile.UNFINISHED;

  /** An enrolment message has 1.5 MiB; base64 makes 2 MiB of it. */
  private static final long LIMIT_BYTES = 4 << 20;

  private final Path folder;

  /** Makes the folder if need be, and takes away what a process that was cut off left half done. */
  EvidenceFolder(Path folder) throws IOException {
    this.folder = folder;
    make();
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, HALF_WRITTEN)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
  }

  private void make() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      JsonFile.force(folder.resolveSibling(""));
    }
  }

  Set<String> digests() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      Set<String> digests = new HashSet<>();
      for (Path file : files) {
        String name = file.getFileName().toString();
        String digest = name.substring(0, name.length() - SUFFIX.length());
        if (NAME.matcher(digest).matches()
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          digests.add(digest);
        }
      }
      return digests;
    } catch (IOException failure) {
      throw new LedgerException("cannot read " + folder + ": " + failure, failure);
    }
  }

  Certified read(String digest) {
    Path file = file(digest);
    try {
      long size = Files.size(file);
      if (size > LIMIT_BYTES) {
        throw new LedgerException(file + " cannot be used: it has " + size + " bytes");
      }
    } catch (IOException failure) {
      throw new LedgerException("cannot read " + file + ": " + failure, failure);
    }
    Certified read =
        JsonFile.read(file, "", EvidenceJson::certified)
            .orElseThrow(() -> new LedgerException(file + " is gone"));
    if (!read.evidenceDigest().equals(digest)) {
      throw new LedgerException(
          file + " cannot be used: its evidence has the digest " + read.evidenceDigest());
    }
    return read;
  }

  /** Removes first: where the disk is full, that may be what makes room. */
  void save(List<Certified> added, Set<String> removed) {
    try {
      make();
      for (String digest : removed) {
        Files.deleteIfExists(file(digest));
      }
      for (Certified one : added) {
        JsonFile.put(file(one.evidenceDigest()), EvidenceJson.of(one));
      }
      JsonFile.force(folder);
    } catch (IOException failure) {
      throw new LedgerException("cannot write to " + folder + ": " + failure, failure);
    }
  }

  private Path file(String digest) {
    if (!NAME.matcher(digest).matches()) {
      throw new IllegalArgumentException("not a digest: " + digest);
    }
    return folder.resolve(digest + SUFFIX);
  }
}
