package dev.hanse.attestation.tpm.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Quotes with their registers, and indexes that only the owner may read. */
class RegisterQuoteTest {
  private static final int KEY = 0x81000003;
  private static final int INDEX = 0x01400001;
  private static final Bytes DATA = Bytes.copyOf(new byte[] {1, 2, 3});
  private static final PcrSelection SIXTEEN =
      new PcrSelection(TpmHash.SHA256, IntStream.range(0, 16).boxed().toList());

  private final PretendTpm tpm = new PretendTpm();

  @Test
  void bringsTheQuoteOfAPersistentKeyWithEveryRegisterItIsOver() throws Exception {
    RegisterQuote taken = RegisterQuote.take(tpm.open(), KEY, DATA, SIXTEEN);

    assertThat(taken.quote()).isEqualTo(new TpmDevice.SignedQuote(tpm.attest, tpm.signature));
    assertThat(taken.pcrs()).hasSize(16);
    assertThat(taken.pcrs()).containsEntry(new Pcr(TpmHash.SHA256, 15), tpm.value(15));
    assertThat(tpm.key).isEqualTo(KEY);
    assertThat(tpm.qualifyingData).contains(DATA);
    assertThat(tpm.quotes()).isEqualTo(1);
  }

  @Test
  void quotesAgainWhereARegisterChangedMeanwhile() throws Exception {
    // Two readings of eight registers each before the quote, and the next already differs.
    tpm.changes = 3;

    RegisterQuote taken = RegisterQuote.take(tpm.open(), KEY, DATA, SIXTEEN);

    assertThat(tpm.quotes()).isEqualTo(2);
    assertThat(taken.pcrs()).containsEntry(new Pcr(TpmHash.SHA256, 0), tpm.value(0));
  }

  @Test
  void endsWhereRegistersNeverStandStill() throws Exception {
    tpm.changes = Integer.MAX_VALUE;

    RegisterQuote.take(tpm.open(), KEY, DATA, SIXTEEN);

    assertThat(tpm.quotes()).isEqualTo(3);
  }

  @Test
  void becomesEvidenceWithWhatItIsGiven() throws Exception {
    RegisterQuote taken = RegisterQuote.take(tpm.open(), KEY, DATA, SIXTEEN);
    Bytes area = Bytes.copyOf(new byte[] {9});
    Optional<Bytes> log = Optional.of(Bytes.copyOf(new byte[] {8}));

    assertThat(taken.with(area, log))
        .isEqualTo(new TpmEvidence(tpm.attest, tpm.signature, area, taken.pcrs(), log));
  }

  @Test
  void anIndexWithASecretRightIsReadByTheOwners() throws Exception {
    byte[] content = new byte[2600];
    content[513] = 1;
    content[2599] = 2;
    tpm.indexes.put(INDEX, Bytes.copyOf(content));

    assertThat(tpm.open().readNvAsOwner(INDEX)).contains(Bytes.copyOf(content));
    assertThatThrownBy(() -> tpm.open().readNv(INDEX))
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("BAD_AUTH");
    assertThat(tpm.open().readNvAsOwner(INDEX + 1)).isEmpty();
  }

  @Test
  void anIndexOfMoreThanEightKibibytesIsNotRead() throws Exception {
    tpm.indexes.put(INDEX, Bytes.copyOf(new byte[8192]));
    assertThat(tpm.open().readNvAsOwner(INDEX).orElseThrow().size()).isEqualTo(8192);

    tpm.indexes.put(INDEX, Bytes.copyOf(new byte[8193]));
    assertThatThrownBy(() -> tpm.open().readNvAsOwner(INDEX))
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("8193 bytes");
  }
}
