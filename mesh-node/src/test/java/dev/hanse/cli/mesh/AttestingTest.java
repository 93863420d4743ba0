package dev.hanse.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.control.appraisal.PolicyBook;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a control plane's configuration makes of TPMs whose manufacturer keeps a list. */
class AttestingTest {
  private static final TpmKeys KEYS =
      new TpmKeys(
          TpmForge.endorsement(TpmForge.ECC),
          TpmMaker.certificate(TpmForge.ECC, KeyUsage.keyAgreement),
          List.of(),
          TpmForge.publicArea(
              TpmForge.ECC, TpmForge.AK_ATTRIBUTES, SigningScheme.ECDSA, TpmHash.SHA256));

  private final RollbackFloors floors = new RollbackFloors();
  @TempDir private Path folder;
  private TpmMaker maker;

  @BeforeEach
  void establish() throws Exception {
    maker = new TpmMaker(folder);
  }

  @Test
  void withoutTheSettingNoListIsAsked() throws Exception {
    maker.publish(TpmMaker.list().revoke(TpmMaker.SERIAL));
    Attesting attesting = Attesting.of(maker.config("none"), floors);

    assertThat(begun(attesting)).isInstanceOf(Activations.Outcome.Begun.class);
  }

  @Test
  void aTpmThatIsOnNoListIsActivated() throws Exception {
    maker.publish(TpmMaker.list().revoke(TpmMaker.SERIAL + 1));
    Attesting attesting = Attesting.of(maker.config("required"), floors);

    assertThat(begun(attesting)).isInstanceOf(Activations.Outcome.Begun.class);
  }

  @Test
  void aTpmThatIsOnAListIsRefused() throws Exception {
    maker.publish(TpmMaker.list().revoke(TpmMaker.SERIAL));
    Attesting attesting = Attesting.of(maker.config("required"), floors);

    refused(attesting, "is revoked");
  }

  @Test
  void aListThatIsMissingIsAskedForByItsName() throws Exception {
    Attesting attesting = Attesting.of(maker.config("required"), floors);

    refused(attesting, TpmMaker.listName());
  }

  @Test
  void aListThatHasExpiredIsNone() throws Exception {
    maker.publish(
        TpmMaker.list().current(TpmMaker.NOW.minusSeconds(9), TpmMaker.NOW.minusSeconds(1)));
    Attesting attesting = Attesting.of(maker.config("required"), floors);

    refused(attesting, "out of date");
  }

  @Test
  void aListThatIsPutIntoTheFolderCountsOnceItHasBeenSeenTwice() throws Exception {
    maker.publish(TpmMaker.list());
    Attesting attesting = Attesting.of(maker.config("required"), floors);
    PolicyBook book = attesting.book().orElseThrow();
    maker.publish(TpmMaker.list().revoke(TpmMaker.SERIAL));

    book.refresh();
    assertThat(begun(attesting)).isInstanceOf(Activations.Outcome.Begun.class);
    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Changed.class);

    refused(attesting, "is revoked");
  }

  @Test
  void aListThatWasReplacedIsNotBelievedAgainAfterARestart() throws Exception {
    maker.publish(TpmMaker.list().number(7));
    Attesting before = Attesting.of(maker.config("required"), floors);
    assertThat(begun(before)).isInstanceOf(Activations.Outcome.Begun.class);
    RollbackFloors kept = new RollbackFloors();
    kept.remember(floors.all());

    maker.publish(TpmMaker.list().number(6));

    refused(Attesting.of(maker.config("required"), kept), "number 7 was seen before");
  }

  @Test
  void listsThatAreRequiredNeedAFolder() {
    assertThatThrownBy(
            () -> read("policy: p.yaml\ntpm: {roots: [maker.pem], revocation: required}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("revocation: required needs a collateral folder");
  }

  @Test
  void noOtherWordIsTaken() {
    assertThatThrownBy(() -> read("policy: p.yaml\ntpm: {revocation: sometimes}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("one of required, none");
  }

  @Test
  void theSettingIsPrintedWithItsDefaultAndWhatThatMeans() {
    assertThat(StrictYaml.document(ControlFile.class))
        .contains("revocation: none")
        .contains("tpm2/crl/<SHA-256 of the")
        .contains("many manufacturers of TPMs publish none");
  }

  private static ControlFile.Attestation read(String yaml) throws ConfigException {
    return StrictYaml.read(yaml, ControlFile.Attestation.class, Map.of(), Map.of());
  }

  private static Activations.Outcome begun(Attesting attesting) {
    return attesting.activations().begin(KEYS, TpmMaker.NOW);
  }

  private static void refused(Attesting attesting, String why) {
    assertThat(begun(attesting))
        .isInstanceOfSatisfying(
            Activations.Outcome.Refused.class,
            refused -> {
              assertThat(refused.refusal().code()).isEqualTo("activation");
              assertThat(refused.refusal().message()).contains(why);
            });
  }
}
