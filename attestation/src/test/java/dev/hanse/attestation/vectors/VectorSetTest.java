package dev.hanse.attestation.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorSetTest {
  private static final String OUTCOME =
      "\"expect\": \"reject\", \"stage\": \"parse\", \"reason\": \"LENGTH\"";

  @TempDir private Path root;
  private Path folder;
  private Path manifest;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectories(root.resolve("tpm2/synthetic"));
    manifest = folder.resolve("manifest.json");
    Files.write(folder.resolve("a.bin"), new byte[] {1});
    Files.write(folder.resolve("b.bin"), new byte[] {2});
  }

  @Test
  void readsEachEntryWithItsFilesAndThoseOfItsNeighbours() throws IOException {
    write(
        """
        {"id": "one", "files": {"report": "a.bin"}, "time": "2026-01-01T00:00:00Z",
         "trust_anchor": "b.bin.pem.der", "params": {"x": "0f"}, %s},
        {"id": "two", "files": {"report": "b.bin"}, "trust_anchor": "the vendor's", "time": "-", %s}
        """);
    Files.write(folder.resolve("b.bin.pem.der"), new byte[] {3});

    VectorSet set = VectorSet.read(manifest);

    Vector one = set.cases().get(0).vector();
    assertThat(one.id()).isEqualTo("one");
    assertThat(one.file("report")).contains(Bytes.ofHex("01"));
    assertThat(one.time()).contains(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(one.trustAnchor()).contains(Bytes.ofHex("03"));
    assertThat(one.anchorNote()).isEmpty();
    assertThat(one.hex("x")).contains(Bytes.ofHex("0f"));
    assertThat(one)
        .extracting(Vector::expect, Vector::stage, Vector::reason)
        .containsExactly("reject", "parse", "LENGTH");
    Vector two = set.cases().get(1).vector();
    assertThat(two.time()).isEmpty();
    assertThat(two.trustAnchor()).isEmpty();
    assertThat(two.anchorNote()).isEqualTo("the vendor's");
    assertThat(two.neighbours()).containsExactly(one.files(), two.files());
  }

  @ParameterizedTest
  @CsvSource({
    "'\"id\": \"snp/x\"',sev-snp,false",
    "'\"id\": \"snp-real/x\"',sev-snp,true",
    "'\"id\": \"tdx/x\", \"tech\": \"mine\"',mine,false",
    "'\"id\": \"azure-vtpm/x\"',composite-azure-vtpm,false",
    "'\"id\": \"x\"',tpm2,false",
    "'\"id\": \"unheard/x\"',tpm2,false"
  })
  void knowsWhatAnEntryIsOf(String id, String technology, boolean genuine) throws IOException {
    write("{" + id + ", %s}");

    assertThat(VectorSet.read(manifest).cases())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.technology()).isEqualTo(technology);
          assertThat(one.genuine()).isEqualTo(genuine);
        });
  }

  @Test
  void whatStandsInAFolderOfCapturesIsGenuine() throws IOException {
    Path real = Files.createDirectories(root.resolve("aws-nitro/real"));
    manifest = real.resolve("manifest.json");
    write("{\"id\": \"x\", %s}");

    assertThat(VectorSet.read(manifest).cases().getFirst())
        .extracting(VectorSet.Case::technology, VectorSet.Case::genuine)
        .containsExactly("aws-nitro", true);
  }

  @Test
  void takesAManifestsReferenceMeasurementsAndTheChainItsNoteNames() throws IOException {
    Path chains = Files.createDirectories(root.resolve("sev-snp/real/amd-ca"));
    Files.write(chains.resolve("ask_ark_milan.pem"), new byte[] {7});
    write(
        """
        {"id": "x", "files": {}, "params": {"rim": "a.bin"}, "note": "chain ask_ark_milan.pem", %s},
        {"id": "y", "files": {"chain": "b.bin"}, "note": "chain ask_ark_milan.pem", %s},
        {"id": "z", "files": {}, "note": "chain ask_ark_genoa.pem", %s}
        """);

    VectorSet set = VectorSet.read(manifest);

    assertThat(set.cases().get(0).vector().file("chain")).contains(Bytes.ofHex("07"));
    assertThat(set.cases().get(0).vector().file("rim")).contains(Bytes.ofHex("01"));
    assertThat(set.cases().get(1).vector().file("chain")).contains(Bytes.ofHex("02"));
    assertThat(set.cases().get(1).vector().file("rim")).isEmpty();
    assertThat(set.cases().get(2).vector().file("chain")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "../../tpm2/../secret", "/etc/hostname"})
  void readsNothingOutsideItsFolder(String name) throws IOException {
    Files.write(root.resolve("tpm2/secret"), new byte[] {1});
    write("{\"id\": \"x\", \"files\": {\"report\": \"" + name + "\"}, %s}");

    assertThatThrownBy(() -> VectorSet.read(manifest))
        .isInstanceOf(IOException.class)
        .hasMessage("the manifest names " + name + ", which is outside its folder");
  }

  @Test
  void readsFilesUpToFourMebibytes() throws IOException {
    write("{\"id\": \"x\", \"files\": {\"report\": \"a.bin\"}, %s}");
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("a.bin").toFile(), "rw")) {
      file.setLength(4 << 20);
      assertThat(VectorSet.read(manifest).cases()).hasSize(1);
      file.setLength((4 << 20) + 1);
    }
    assertThatThrownBy(() -> VectorSet.read(manifest))
        .isInstanceOf(IOException.class)
        .hasMessage("a.bin is over 4194304 bytes");
  }

  @Test
  void saysWhatIsWrongWithAManifest() throws IOException {
    assertThatThrownBy(() -> VectorSet.read(manifest)).hasMessage(manifest + " is not a file");
    for (String empty : new String[] {"", "{}", "[]", "{\"vectors\": {}}"}) {
      Files.writeString(manifest, empty);
      assertThatThrownBy(() -> VectorSet.read(manifest))
          .isInstanceOf(IOException.class)
          .hasMessage(manifest + " has no list \"vectors\"");
    }
    Files.writeString(manifest, "{");
    assertThatThrownBy(() -> VectorSet.read(manifest))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(manifest + " is not JSON: ");
    write("{\"id\": \"x\", \"time\": \"noon\", %s}");
    assertThatThrownBy(() -> VectorSet.read(manifest))
        .isInstanceOf(IOException.class)
        .hasMessage("x has the time noon");
    Files.writeString(manifest, "{\"vectors\": [{\"id\": 5}]}");
    assertThatThrownBy(() -> VectorSet.read(manifest))
        .isInstanceOf(IOException.class)
        .hasMessage("a vector lacks \"id\"");
  }

  private void write(String entries) throws IOException {
    Files.writeString(manifest, "{\"vectors\": [" + entries.replace("%s", OUTCOME) + "]}");
  }
}
