package dev.hanse.control.appraisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollateralInForceTest {
  private static final CollateralStore.Id LIST = new CollateralStore.Id("tpm2/crl", "maker");

  @TempDir private Path folder;

  @Test
  void whoAsksAgainIsGivenTheSameStoreWhileNothingChanges() throws IOException {
    write(1);
    CollateralInForce collateral = new CollateralInForce(Optional.of(folder));
    CollateralStore first = collateral.get();

    assertThat(collateral.refresh()).isFalse();

    assertThat(collateral.get()).isSameAs(first);
    assertThat(first.find(LIST)).contains(Bytes.ofHex("01"));
  }

  @Test
  void whoAsksAfterAChangeIsGivenAnotherStore() throws IOException {
    write(1);
    CollateralInForce collateral = new CollateralInForce(Optional.of(folder));
    CollateralStore first = collateral.get();
    write(1, 2);

    assertThat(collateral.refresh()).isFalse();
    assertThat(collateral.get()).isSameAs(first);
    assertThat(collateral.refresh()).isTrue();

    assertThat(collateral.get()).isNotSameAs(first);
    assertThat(collateral.get().find(LIST)).contains(Bytes.ofHex("0102"));
  }

  @Test
  void aFolderThatCannotBeReadLeavesWhatWasInForce() throws IOException {
    write(1);
    CollateralInForce collateral = new CollateralInForce(Optional.of(folder));
    CollateralStore first = collateral.get();
    Files.write(folder.resolve("stray.crl"), new byte[] {1});

    assertThat(collateral.refresh()).isFalse();
    assertThatThrownBy(collateral::refresh)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stray");
    assertThat(collateral.get()).isSameAs(first);
    assertThatThrownBy(collateral::refresh).isInstanceOf(IOException.class);
  }

  @Test
  void withoutAFolderNothingIsKeptEver() throws IOException {
    CollateralInForce collateral = new CollateralInForce(Optional.empty());

    assertThat(collateral.refresh()).isFalse();
    assertThat(collateral.get()).isSameAs(CollateralStore.EMPTY);
  }

  private void write(int... content) throws IOException {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      bytes[i] = (byte) content[i];
    }
    Files.write(Files.createDirectories(folder.resolve("tpm2/crl")).resolve("maker.crl"), bytes);
  }
}
