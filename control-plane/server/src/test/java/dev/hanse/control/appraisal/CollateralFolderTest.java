package dev.hanse.control.appraisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder's files are taken for, and how much of them. */
class CollateralFolderTest {
  private static final int LIMIT_BYTES = 4 << 20;
  private static final int MOST_FILES = 4096;

  @TempDir private Path folder;

  @Test
  void aPieceIsNamedByItsPlaceAndItsNameWithoutTheLastEnding() throws IOException {
    write("nvidia-gpu/rim", "NV_GPU_DRIVER_GH100_550.90.07.xml");
    write("sev-snp/crl", "Milan");
    write("sev-snp/crl", ".hidden");

    CollateralStore store = CollateralFolder.read(folder);

    assertThat(store.find(id("nvidia-gpu/rim", "NV_GPU_DRIVER_GH100_550.90.07"))).isPresent();
    assertThat(store.find(id("sev-snp/crl", "Milan"))).contains(Bytes.ofHex("01"));
    assertThat(store.find(id("sev-snp/crl", ".hidden"))).isPresent();
    assertThat(store.find(id("sev-snp/crl", "Genoa"))).isEmpty();
  }

  @Test
  void aFileOfFourMebibytesIsReadAndNoLargerOne() throws IOException {
    Path large = write("sev-snp/crl", "Milan.crl");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(LIMIT_BYTES);
      assertThat(CollateralFolder.read(folder).find(id("sev-snp/crl", "Milan"))).isPresent();
      file.setLength(LIMIT_BYTES + 1);
    }

    assertThatThrownBy(() -> CollateralFolder.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Milan.crl is over");
  }

  @Test
  void asManyFilesAreReadAsAreFollowedAndNotOneMore() throws IOException {
    for (int at = 0; at < MOST_FILES; at++) {
      write("tpm2/crl", at + ".crl");
    }
    assertThat(CollateralFolder.read(folder).find(id("tpm2/crl", "4095"))).isPresent();
    write("tpm2/crl", "one-more.crl");

    assertThatThrownBy(() -> CollateralFolder.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 4096 files");
    assertThatThrownBy(() -> CollateralFolder.state(folder)).isInstanceOf(IOException.class);
  }

  /** Clocks of files are coarse: a list may be replaced within one of their ticks. */
  @Test
  void aFileOfAnotherSizeIsAChangeThoughItsTimeIsTheSame() throws IOException {
    FileTime then = FileTime.from(Instant.parse("2026-11-20T12:00:00Z"));
    Path list = write("sev-snp/crl", "Milan.crl");
    Files.setLastModifiedTime(list, then);
    Map<Path, List<Object>> before = CollateralFolder.state(folder);

    Files.write(list, new byte[] {1, 2});
    Files.setLastModifiedTime(list, then);

    assertThat(CollateralFolder.state(folder)).isNotEqualTo(before);
  }

  private Path write(String kind, String file) throws IOException {
    return Files.write(Files.createDirectories(folder.resolve(kind)).resolve(file), new byte[] {1});
  }

  private static CollateralStore.Id id(String kind, String key) {
    return new CollateralStore.Id(kind, key);
  }
}
