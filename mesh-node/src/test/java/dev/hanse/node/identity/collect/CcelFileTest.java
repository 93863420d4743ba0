package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CcelFileTest {
  @TempDir Path folder;

  @Test
  void bringsTheLogWithoutTheRoomBehindIt() throws Exception {
    Path memory = Files.write(folder.resolve("CCEL"), PretendKernel.ccel(65536));

    assertThat(CcelFile.named(memory.toString()).read())
        .contains(Bytes.copyOf(PretendKernel.ccel(0)));
  }

  @Test
  void isWhereLinuxShowsItUnlessToldOtherwise() {
    assertThat(CcelFile.named("auto").file())
        .contains(Path.of("/sys/firmware/acpi/tables/data/CCEL"));
    assertThat(CcelFile.named("auto").mayBeAbsent()).isTrue();
  }

  @Test
  void isNoLogWhereTheFirmwareLeftNone() throws Exception {
    assertThat(new CcelFile(Optional.of(folder.resolve("CCEL")), true).read()).isEmpty();
  }

  @Test
  void isNoLogWhereNoneIsToBeSent() throws Exception {
    assertThat(CcelFile.named("none").read()).isEmpty();
  }

  @Test
  void saysSoWhereAFileThatWasNamedIsNotThere() {
    Path absent = folder.resolve("CCEL");

    assertThatThrownBy(() -> CcelFile.named(absent.toString()).read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(absent.toString())
        .hasMessageContaining("tdx-event-log");
  }

  @Test
  void saysWhatIsWrongWithAFileThatHoldsNoLog() throws Exception {
    for (byte[] content : new byte[][] {new byte[0], new byte[100], {1, 2, 3}}) {
      Path other = Files.write(folder.resolve("other"), content);

      assertThatThrownBy(() -> new CcelFile(Optional.of(other), true).read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(other.toString())
          .hasMessageContaining("holds no event log");
    }
  }

  @Test
  void refusesMoreMemoryThanAnyFirmwareSetsAside() throws Exception {
    int room = CcelFile.MEMORY_LIMIT_BYTES - PretendKernel.ccel(0).length;
    Path largest = Files.write(folder.resolve("largest"), PretendKernel.ccel(room));
    Path larger = Files.write(folder.resolve("larger"), PretendKernel.ccel(room + 1));

    assertThat(CcelFile.named(largest.toString()).read()).isPresent();
    assertThatThrownBy(() -> CcelFile.named(larger.toString()).read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1048576");
  }

  @Test
  void saysSoWhereAPathIsAFolder() {
    assertThatThrownBy(() -> CcelFile.named(folder.toString()).read())
        .isInstanceOf(IOException.class);
  }
}
