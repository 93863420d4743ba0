package dev.hanse.control.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.control.ledger.LedgerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads and replaces one JSON file so that, whenever power fails, it is the old or the new one. */
final class JsonFile {
  static final int FORMAT = 1;

  /** What the name of a file that is being written ends in. */
  static final String UNFINISHED = ".tmp";

  private static final String LEFT =
      ". It was left as it is: restore it, or move it away to start without it";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private JsonFile() {}

  /** Empty if there is no such file. */
  static <T> Optional<T> read(Path file, Function<JsonNode, T> reader) {
    return read(file, LEFT, reader);
  }

  /**
   * Empty if there is no such file.
   *
   * @param consequence what is to be said behind why it cannot be used
   */
  static <T> Optional<T> read(Path file, String consequence, Function<JsonNode, T> reader) {
    try {
      JsonNode content = JSON.readTree(Files.readAllBytes(file));
      if (content == null || content.path("format").asInt(-1) != FORMAT) {
        throw unusable(file, "it is not of format " + FORMAT, consequence);
      }
      return Optional.of(reader.apply(content));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (JsonProcessingException corrupt) {
      throw unusable(
          file,
          "it is no JSON at line "
              + (corrupt.getLocation() == null ? "?" : corrupt.getLocation().getLineNr()),
          consequence);
    } catch (IllegalArgumentException | DateTimeException invalid) {
      throw unusable(file, String.valueOf(invalid.getMessage()), consequence);
    } catch (IOException failure) {
      throw new LedgerException("cannot read " + file + ": " + failure, failure);
    }
  }

  private static LedgerException unusable(Path file, String reason, String consequence) {
    return new LedgerException(file + " cannot be used: " + reason + consequence);
  }

  static void replace(Path file, ObjectNode content) {
    try {
      put(file, content);
      force(file.resolveSibling(""));
    } catch (IOException failure) {
      throw new LedgerException("cannot write " + file + ": " + failure, failure);
    }
  }

  /** As {@link #replace}, but without {@link #force}. */
  static void put(Path file, ObjectNode content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + UNFINISHED);
    Files.deleteIfExists(fresh);
    byte[] bytes = JSON.writeValueAsBytes(content);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes what was put into a directory, or taken out of it, survive a power cut. */
  static void force(Path directory) throws IOException {
    try (FileChannel opened = FileChannel.open(directory.toAbsolutePath())) {
      opened.force(true);
    }
  }
}
