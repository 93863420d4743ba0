package dev.hanse.control.appraisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.tpm.CounterHistory;
import dev.hanse.attestation.tpm.Counters;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.Quote;
import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.tpm.TpmStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyBookTest {
  private static final String FIRST = "id: a\nversion: 1\ntpm2: {}\n";
  private static final String SECOND = "id: a\nversion: 2\nsev-snp: {guest: {}, machine: {}}\n";

  @TempDir private Path folder;
  private Path file;
  private final RollbackFloors floors = new RollbackFloors();
  private final KeyPair signer = pair("Ed25519");
  private final List<Supplier<CollateralStore>> handedOut = new ArrayList<>();

  @BeforeEach
  void writeTheFirst() throws IOException {
    file = folder.resolve("policy.yaml");
    write(FIRST, signer);
  }

  @Test
  void aNewerSignedPolicyTakesOver() throws IOException {
    PolicyBook book = book(List.of(signer.getPublic()));
    Appraiser before = book.get();
    write(SECOND, signer);

    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-2"));
    assertThat(book.current().technologies()).containsExactly("sev-snp");
    assertThat(book.get()).isNotSameAs(before);
  }

  @Test
  void nothingHappensWhileNothingChanges() throws IOException {
    PolicyBook book = book(List.of(signer.getPublic()));
    Appraiser before = book.get();

    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Same());
    assertThat(book.get()).isSameAs(before);
  }

  @Test
  void aPolicyByAStrangerIsNotTaken() throws IOException {
    PolicyBook book = book(List.of(signer.getPublic()));
    write(SECOND, pair("Ed25519"));

    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    assertThat(book.current().version()).isEqualTo(1);
  }

  @Test
  void aPolicyChangedAfterItWasSignedIsNotTaken() throws IOException {
    PolicyBook book = book(List.of(signer.getPublic()));
    write(SECOND, signer);
    Files.writeString(file, SECOND + "# \n");

    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    assertThat(book.current().version()).isEqualTo(1);
  }

  @Test
  void aPolicyWithoutSignatureIsNotTaken() throws IOException {
    Files.delete(folder.resolve("policy.yaml.sig"));

    assertThatThrownBy(() -> book(List.of(signer.getPublic())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not signed");
  }

  @Test
  void withoutSignersNoSignatureIsAskedFor() throws IOException {
    Files.delete(folder.resolve("policy.yaml.sig"));

    assertThat(book(List.of()).current().name()).isEqualTo("a-1");
  }

  @Test
  void anOlderOrEqualVersionIsNotTakenBack() throws IOException {
    write(SECOND, signer);
    PolicyBook book = book(List.of(signer.getPublic()));
    write(FIRST, signer);

    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    write("id: a\nversion: 2\ntpm2: {}\n", signer);
    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    assertThat(book.current().technologies()).containsExactly("sev-snp");
  }

  @Test
  void anOlderVersionIsNotTakenAfterARestartEither() throws IOException {
    write(SECOND, signer);
    PolicyBook before = book(List.of(signer.getPublic()));
    write(FIRST, signer);

    assertThat(before.current().version()).isEqualTo(2);
    assertThatThrownBy(() -> book(List.of(signer.getPublic())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("policy a is number 1, number 2 was seen before")
        .hasMessageContaining("floors.json");
    write(SECOND, signer);
    assertThat(book(List.of(signer.getPublic())).current().version()).isEqualTo(2);
  }

  @Test
  void anotherPolicysDetourDoesNotLeadBack() throws IOException {
    write(SECOND, signer);
    PolicyBook book = book(List.of(signer.getPublic()));
    write("id: b\nversion: 1\ntpm2: {}\n", signer);
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("b-1"));
    write(FIRST, signer);

    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    assertThat(book.current().name()).isEqualTo("b-1");
  }

  @Test
  void aPolicyThatNobodySignedRaisesNoFloor() throws IOException {
    write(SECOND, signer);
    book(List.of());
    write(FIRST, signer);

    assertThat(book(List.of(signer.getPublic())).current().version()).isEqualTo(1);
  }

  @Test
  void aPolicyThatCannotBeReadChangesNothing() throws IOException {
    PolicyBook book = book(List.of());
    Files.writeString(file, "id: a\nversion: 3\ntpm2: {pcrs: 5}\n");

    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    Files.delete(file);
    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
    assertThat(book.current().version()).isEqualTo(1);
  }

  @Test
  void whatATpmSaidUnderOnePolicyIsHeldAgainstItUnderTheNext() throws IOException {
    PolicyBook book = book(List.of(signer.getPublic()));
    Instant now = Instant.parse("2026-11-20T12:00:00Z");
    rules(book).accepted(saying(5_000), now);
    write(FIRST.replace("version: 1", "version: 2"), signer);
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-2"));

    CheckList setBack = new CheckList();
    rules(book).judge(saying(4_999), now.plusSeconds(1), setBack);
    CheckList same = new CheckList();
    rules(book).judge(saying(5_000), now.plusSeconds(1), same);

    assertThat(setBack.checks())
        .contains(new Check("tpm-clock", false, "the clock says 4999 ms, said 5000"));
    assertThat(same.checks()).contains(Check.passed("tpm-clock"));
  }

  private static TpmRules rules(PolicyBook book) {
    return (TpmRules) book.current().rules().getFirst();
  }

  private static TpmStatement saying(long clockMillis) {
    Bytes none = Bytes.copyOf(new byte[32]);
    return new TpmStatement(
        new KnownKey(none, Optional.empty(), Instant.MAX),
        new Quote(none, none, new Counters(clockMillis, 1, 0, true), 1, List.of(), none),
        Map.of(),
        Optional.empty());
  }

  @Test
  void collateralIsSeenByVerifiersThatAreThereAlready() throws IOException {
    Path crls = Files.createDirectories(folder.resolve("collateral/sev-snp/crl"));
    PolicyBook book = bookWithCollateral();
    Files.write(crls.resolve("Milan.crl"), new byte[] {1, 2, 3});

    book.refresh();
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-1"));
    assertThat(milan()).contains(Bytes.ofHex("010203"));
  }

  @Test
  void collateralIsNotTakenWhileTheFolderIsBeingFilled() throws IOException {
    Path crls = Files.createDirectories(folder.resolve("collateral/sev-snp/crl"));
    PolicyBook book = bookWithCollateral();
    Files.write(crls.resolve("Milan.crl"), new byte[] {1});
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Same());
    Files.write(crls.resolve("Milan.crl"), new byte[] {1, 2, 3});
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Same());
    assertThat(milan()).isEmpty();

    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-1"));

    assertThat(milan()).contains(Bytes.ofHex("010203"));
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Same());
  }

  @Test
  void aListThatIsReplacedByOneOfItsSizeIsSeenThoughAnotherFileIsNewer() throws IOException {
    Path crls = Files.createDirectories(folder.resolve("collateral/sev-snp/crl"));
    Instant then = Instant.parse("2026-11-20T12:00:00Z");
    Files.write(crls.resolve("Genoa.crl"), new byte[] {9});
    Files.setLastModifiedTime(crls.resolve("Genoa.crl"), FileTime.from(then.plusSeconds(60)));
    Files.write(crls.resolve("Milan.crl"), new byte[] {1});
    Files.setLastModifiedTime(crls.resolve("Milan.crl"), FileTime.from(then));
    PolicyBook book = bookWithCollateral();
    Files.write(crls.resolve("Milan.crl"), new byte[] {2});
    Files.setLastModifiedTime(crls.resolve("Milan.crl"), FileTime.from(then.plusSeconds(30)));

    book.refresh();
    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-1"));
    assertThat(milan()).contains(Bytes.ofHex("02"));
  }

  @Test
  void aBrokenFolderDoesNotKeepAPolicyOut() throws IOException {
    Files.createDirectories(folder.resolve("collateral"));
    PolicyBook book = bookWithCollateral();
    Files.writeString(folder.resolve("collateral/stray.crl"), "x");
    book.refresh();
    write(SECOND, signer);

    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-2"));

    assertThat(book.refresh())
        .isInstanceOfSatisfying(
            PolicyBook.Outcome.Kept.class, kept -> assertThat(kept.why()).contains("stray.crl"));
  }

  @Test
  void aBrokenPolicyDoesNotKeepCollateralOut() throws IOException {
    Path crls = Files.createDirectories(folder.resolve("collateral/sev-snp/crl"));
    PolicyBook book = bookWithCollateral();
    Files.writeString(file, "id: a\nversion: 3\ntpm2: {pcrs: 5}\n");
    Files.write(crls.resolve("Milan.crl"), new byte[] {1});
    book.refresh();

    assertThat(book.refresh()).isEqualTo(new PolicyBook.Outcome.Changed("a-1"));

    assertThat(milan()).isPresent();
    assertThat(book.refresh()).isInstanceOf(PolicyBook.Outcome.Kept.class);
  }

  private PolicyBook bookWithCollateral() throws IOException {
    return new PolicyBook(
        file,
        List.of(),
        Optional.of(folder.resolve("collateral")),
        floors,
        this::noVerifiers,
        CounterHistory.NONE);
  }

  private Optional<Bytes> milan() {
    return handedOut.getFirst().get().find(new CollateralStore.Id("sev-snp/crl", "Milan"));
  }

  @Test
  void collateralOutOfPlaceOrTwiceIsNotTaken() throws IOException {
    Path crls = Files.createDirectories(folder.resolve("collateral/sev-snp/crl"));
    Files.write(crls.resolve("Milan.crl"), new byte[] {1});
    Files.write(crls.resolve("Milan.der"), new byte[] {2});

    assertThatThrownBy(() -> CollateralFolder.read(folder.resolve("collateral")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Milan");
    Files.delete(crls.resolve("Milan.der"));
    Files.write(folder.resolve("collateral/stray.crl"), new byte[] {1});
    assertThatThrownBy(() -> CollateralFolder.read(folder.resolve("collateral")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stray");
  }

  @Test
  void ecKeysSignPoliciesToo() {
    KeyPair ec = pair("EC");
    Bytes policy = Bytes.copyOf(FIRST.getBytes(StandardCharsets.UTF_8));
    String signature = PolicySignature.sign(policy, ec.getPrivate());

    assertThat(
            PolicySignature.holds(policy, signature, List.of(signer.getPublic(), ec.getPublic())))
        .isTrue();
    assertThat(PolicySignature.holds(policy, signature, List.of(signer.getPublic()))).isFalse();
    assertThat(PolicySignature.holds(policy, "not base64!", List.of(ec.getPublic()))).isFalse();
    assertThat(PolicySignature.holds(policy, "", List.of(ec.getPublic()))).isFalse();
  }

  private PolicyBook book(List<PublicKey> signers) throws IOException {
    return new PolicyBook(
        file,
        signers,
        Optional.empty(),
        floors,
        this::noVerifiers,
        new RememberedCounters(Duration.ofDays(1), 8));
  }

  private List<Verifier> noVerifiers(Supplier<CollateralStore> collateral) {
    handedOut.add(collateral);
    return List.of();
  }

  private void write(String policy, KeyPair by) throws IOException {
    Files.writeString(file, policy);
    Files.writeString(
        folder.resolve("policy.yaml.sig"),
        PolicySignature.sign(
            Bytes.copyOf(policy.getBytes(StandardCharsets.UTF_8)), by.getPrivate()));
  }

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }
}
