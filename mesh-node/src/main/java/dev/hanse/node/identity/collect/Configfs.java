package dev.hanse.node.identity.collect;

import java.io.IOException;
import java.io.InputStream;
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
        public byte[] read(Path attribute, int limitBytes) throws IOException {
          try (InputStream in = Files.newInputStream(attribute)) {
            return in.readNBytes(limitBytes + 1);
          }
        }

        @Override
        public void remove(Path entry) throws IOException {
          Files.delete(entry);
        }
      };

  void make(Path entry) throws IOException;

  /** In one write: the kernel takes an attribute whole. */
  void write(Path attribute, byte[] content) throws IOException;

  /** Reads at most one byte more than the limit, which the caller refuses. */
  byte[] read(Path attribute, int limitBytes) throws IOException;

  void remove(Path entry) throws IOException;
}
