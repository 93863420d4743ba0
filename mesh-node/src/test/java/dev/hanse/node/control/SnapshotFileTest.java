package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.RegionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
  @TempDir Path directory;

  @Test
  void findsWhatItSavedLast() {
    var store = new SnapshotFile(directory.resolve("view"), Samples.REGION);
    store.save(Samples.snapshot(7, 1));
    store.save(Samples.snapshot(7, 2));

    assertThat(store.load()).contains(Samples.snapshot(7, 2));
  }

  @Test
  void isForItsOwnerOnly() throws IOException {
    var store = new SnapshotFile(directory.resolve("view"), Samples.REGION);
    store.save(Samples.snapshot(7, 1));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.file())))
        .isEqualTo("rw-------");
  }

  @Test
  void findsNothingWhereNothingWasSaved() {
    assertThat(new SnapshotFile(directory.resolve("none"), Samples.REGION).load()).isEmpty();
  }

  @Test
  void ignoresAFileThatWasDamaged() throws IOException {
    var store = new SnapshotFile(directory.resolve("view"), Samples.REGION);
    store.save(Samples.snapshot(7, 1));
    byte[] whole = Files.readAllBytes(store.file());

    for (int index = 0; index < whole.length; index++) {
      byte[] damaged = whole.clone();
      damaged[index] ^= 1;
      Files.write(store.file(), damaged);
      assertThat(store.load()).as("byte %s", index).isEmpty();
    }
    Files.write(store.file(), java.util.Arrays.copyOf(whole, 3));
    assertThat(store.load()).isEmpty();
  }

  @Test
  void ignoresTheViewOfAnotherRegion() {
    new SnapshotFile(directory.resolve("view"), Samples.REGION).save(Samples.snapshot(7, 1));

    assertThat(new SnapshotFile(directory.resolve("view"), new RegionId("us-east")).load())
        .isEmpty();
  }

  @Test
  void survivesADirectoryThatIsNotThere() {
    var store = new SnapshotFile(directory.resolve("no/such/view"), Samples.REGION);
    store.save(Samples.snapshot(7, 1));

    assertThat(store.load()).isEmpty();
  }
}
