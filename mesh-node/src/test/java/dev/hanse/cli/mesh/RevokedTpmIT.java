package dev.hanse.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.device.Swtpm;
import dev.hanse.attestation.tpm.device.TpmAttester;
import dev.hanse.control.appraisal.PolicyBook;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live TPM that is activated, quotes, and is put on its manufacturer's list. */
class RevokedTpmIT {
  private static final Instant NOW = TpmMaker.NOW;
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  @TempDir private Path folder;

  @Test
  void whatItQuotedBeforeDoesNotStandOnceTheListHasChanged() throws Exception {
    TpmMaker maker = new TpmMaker(folder);
    maker.publish(TpmMaker.list().number(1));
    Attesting attesting = Attesting.of(maker.config("required"), new RollbackFloors());
    PolicyBook book = attesting.book().orElseThrow();
    try (Swtpm swtpm = Swtpm.start();
        TpmAttester tpm = TpmAttester.open(swtpm.open())) {
      Evidence quote = activatedQuote(tpm, attesting.activations());
      Transcript kept =
          new Transcript(List.of(quote), REPORT_DATA, NOW, NOW.plus(Duration.ofHours(1)));
      assertThat(attesting.appraiser().appraise(quote, REPORT_DATA, NOW))
          .isInstanceOf(Appraisal.Accepted.class);

      maker.publish(TpmMaker.list().number(2));
      assertThat(reappraised(book, kept)).isInstanceOf(Appraisal.Accepted.class);

      maker.publish(TpmMaker.list().number(3).revoke(TpmMaker.SERIAL));
      assertThat(reappraised(book, kept))
          .isInstanceOfSatisfying(
              Appraisal.Refused.class,
              refused -> assertThat(refused.refusal().code()).isEqualTo("cert-revoked"));
    }
  }

  private static Evidence activatedQuote(TpmAttester tpm, Activations activations)
      throws Exception {
    TpmKey.Rsa endorsement = (TpmKey.Rsa) TpmPublic.read(tpm.ekPublic()).key();
    Bytes certificate =
        TpmMaker.certificate(new KeyPair(endorsement.key(), null), KeyUsage.keyEncipherment);
    Activations.Outcome.Begun begun =
        (Activations.Outcome.Begun)
            activations.begin(
                new TpmKeys(tpm.ekPublic(), certificate, List.of(), tpm.akPublic()), NOW);
    Bytes secret = tpm.activate(begun.credential().blob(), begun.credential().encryptedSecret());
    assertThat(begun.activation().isProvedBy(secret, NOW)).isTrue();
    return tpm.quote(
        REPORT_DATA.sha256(),
        new PcrSelection(TpmHash.SHA256, List.of(0, 1, 2, 3, 4, 5, 6, 7)),
        Optional.empty());
  }

  /** What a control plane makes of it once the folder has settled. */
  private static Appraisal reappraised(PolicyBook book, Transcript kept) {
    book.refresh();
    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Changed.class);
    Appraiser inForce = book.get();
    return inForce.reappraise(kept, NOW);
  }
}
