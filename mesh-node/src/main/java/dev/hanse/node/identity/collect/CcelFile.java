package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tdx.Ccel;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a TDX domain finds the event log of its boot: the memory that firmware set aside for it,
 * which Linux shows as a file ({@code drivers/acpi/sysfs.c}).
 *
 * @param file empty: no log is sent
 * @param mayBeAbsent whether a file that is not there means no log, and not a mistake
 */
public record CcelFile(Optional<Path> file, boolean mayBeAbsent) {
  /** No log is sent. */
  public static final CcelFile NONE = new CcelFile(Optional.empty(), true);

  /** Where Linux shows it, if the firmware left one. */
  public static final CcelFile LINUX =
      new CcelFile(Optional.of(Path.of("/sys/firmware/acpi/tables/data/CCEL")), true);

  /** EDK II sets 64 KiB aside, Google's firmware 256 KiB; what is not log is not sent. */
  public static final int MEMORY_LIMIT_BYTES = 1 << 20;

  /**
   * Reads a node's configuration.
   *
   * @param word {@code auto}, {@code none} or a path
   */
  public static CcelFile named(String word) {
    return switch (word) {
      case "auto" -> LINUX;
      case "none" -> NONE;
      default -> new CcelFile(Optional.of(Path.of(word)), false);
    };
  }

  /**
   * Reads the log.
   *
   * @throws IOException naming the file and what to do: if it is not there though it was named, may
   *     not be read, or holds no log
   */
  Optional<Bytes> read() throws IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Path path = file.get();
    try {
      return Optional.of(Ccel.within(BoundedFile.read(path, MEMORY_LIMIT_BYTES)));
    } catch (NoSuchFileException absent) {
      if (mayBeAbsent) {
        return Optional.empty();
      }
      throw new IOException(
          path + " is not there: tdx-event-log is a path, auto, or none to send no log", absent);
    } catch (AccessDeniedException denied) {
      throw new IOException(
          "no permission to read "
              + path
              + ": run the node as root, hand the file over (chown USER "
              + path
              + "), or set tdx-event-log to none",
          denied);
    } catch (Rejection noLog) {
      throw new IOException(
          path
              + " holds no event log of a TDX domain ("
              + noLog.refusal().detail()
              + "): correct tdx-event-log, or set it to none",
          noLog);
    }
  }
}
