package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that somebody else fills: no more of them than is asked for. Blocking. */
final class BoundedFile {
  private BoundedFile() {}

  /**
   * A file's content, whole. Its size is not asked for beforehand: files of the kernel have none.
   *
   * @throws IOException naming the file, if it holds more than the limit or cannot be read
   */
  static Bytes read(Path file, int limitBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(limitBytes + 1);
      if (content.length > limitBytes) {
        throw new IOException(file + " holds more than " + limitBytes + " bytes");
      }
      return Bytes.copyOf(content);
    }
  }
}
