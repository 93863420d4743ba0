package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The four things done to the kernel's configuration files. Blocking. */
interface Configfs {
  /** The real ones: a directory made there gets its files from the kernel. */
  Configfs KERNEL =
      new Configfs() {
        @Override
        public void make(Path entry) throws IOException {
          Files.createDirectory(entry);
        }

        @Override
        public void write(Path attribute, byte[] content) throws IOException {
          Files.write(attribute, content, StandardOpenOption.WRITE);
        }

        @Override
        public Bytes read(Path attribute, int limitBytes) throws IOException {
          return BoundedFile.read(attribute, limitBytes);
        }

        @Override
        public void remove(Path entry) throws IOException {
          Files.delete(entry);
        }
      };

  void make(Path entry) throws IOException;

  /** In one write: the kernel takes an attribute whole. */
  void write(Path attribute, byte[] content) throws IOException;

  /** Reads an attribute whole, and refuses one of more than the limit. */
  Bytes read(Path attribute, int limitBytes) throws IOException;

  void remove(Path entry) throws IOException;
}
