package dev.hanse.attestation.azure;

import static dev.hanse.attestation.azure.AzureForge.REPORT_DATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.tpm.ForgedTpm;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.x509.TestKeys;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every link from the TEE's vendor to the registers, good once and broken at each place. */
class AzureVerifierTest {
  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void acceptsAMachineWhoseEveryLinkHolds(String technology) throws Exception {
    VerifiedClaims claims = accepted(AzureForge.on(technology).verify());

    assertThat(claims.technology()).isEqualTo(technology);
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.NONCE, REPORT_DATA.sha256()));
    assertThat(claims.producedAt()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void isBoundByTheDigestOfAnExchangesReportData(String technology) {
    assertThat(AzureForge.on(technology).verifier().bindings(REPORT_DATA))
        .isEqualTo(Map.of(Bound.NONCE, REPORT_DATA.sha256()));
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void theQuotesOwnNonceIsWhatItIsBoundBy(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    forge.extraData = Bytes.copyOf(new byte[32]);

    assertThat(accepted(forge.verify()).bound())
        .isEqualTo(Map.of(Bound.NONCE, Bytes.copyOf(new byte[32])));
  }

  @Test
  void itsWordEndsWithItsTeesFirstEndorsement() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    VerifiedClaims claims = accepted(forge.verify());
    Instant until = claims.endorsedUntil();

    assertThat(until).isAfter(AzureForge.AT).isBefore(AzureForge.AT.plus(Duration.ofDays(31)));
    AzureStatement statement = (AzureStatement) claims.statement();
    assertThat(statement.tee().orElseThrow().endorsedUntil()).isEqualTo(until);
    assertThat(statement.tpm().key().endorsedUntil()).isEqualTo(until);
    assertThat(statement.tpm().key().endorsementKeyName()).isEmpty();
  }

  @Test
  void aLogComesAlongAsItWasGiven() throws Exception {
    AzureForge forge = AzureForge.onSnp();
    forge.vtpm = new ForgedTpm().logging();

    AzureStatement statement = (AzureStatement) accepted(forge.verify()).statement();

    assertThat(statement.tpm().eventLog().orElseThrow().events()).isNotEmpty();
    TpmEvidence quote = forge.quote();
    TpmEvidence broken =
        new TpmEvidence(
            quote.attest(),
            quote.signature(),
            quote.publicArea(),
            quote.pcrs(),
            Optional.of(Bytes.copyOf(new byte[3])));
    assertThat(Outcome.of(forge.verify(with(forge, broken)))).startsWith("PARSE");
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesTheReportOfAnotherMachine(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    AzureForge other = AzureForge.on(technology).vouchingFor(forge.runtime.replace("26F8", "26F9"));

    AzureEvidence mixed =
        forge.tdx
            ? new AzureEvidence(forge.hclReport(), other.tdQuote(), forge.quote())
            : new AzureEvidence(
                spliced(other.hclReport(), forge.hclReport(), AzureForge.JSON_AT),
                forge.tdQuote(),
                forge.quote());

    assertThat(Outcome.of(forge.verify(mixed))).isEqualTo("CRYPTO AK_BINDING");
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesRuntimeDataOfWhichTheReportHoldsHalfTheDigest(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    byte[] rest = forge.reportData().toArray();
    rest[63] = 1;

    AzureEvidence body =
        forge.tdx
            ? new AzureEvidence(
                forge.hclReport(), forge.tdxMachine.quote(Bytes.copyOf(rest)), forge.quote())
            : new AzureEvidence(
                spliced(
                    spliced(
                        forge.hclReport(), forge.snpMachine.report(Bytes.copyOf(rest)), 0x20, 1184),
                    forge.hclReport(),
                    0x4c0),
                forge.tdQuote(),
                forge.quote());

    assertThat(Outcome.of(forge.verify(body))).isEqualTo("CRYPTO AK_BINDING");
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesAQuoteByAKeyTheReportDoesNotVouchFor(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    forge.vtpm.signingWith(TestKeys.rsa(2048));

    assertThat(Outcome.of(forge.verify())).isEqualTo("CRYPTO SIGNATURE");
  }

  @ParameterizedTest
  @ValueSource(strings = {AzureVerifier.SNP, AzureVerifier.TDX})
  void refusesRegistersOtherThanTheQuoted(String technology) throws Exception {
    AzureForge forge = AzureForge.on(technology);
    TpmEvidence quote = forge.quote();
    Pcr seven = new Pcr(TpmHash.SHA256, 7);
    Map<Pcr, Bytes> changed = new TreeMap<>(quote.pcrs());
    changed.put(seven, Bytes.copyOf(new byte[32]));
    Map<Pcr, Bytes> fewer = new TreeMap<>(quote.pcrs());
    fewer.remove(seven);
    Map<Pcr, Bytes> more = new TreeMap<>(quote.pcrs());
    more.put(new Pcr(TpmHash.SHA256, 8), Bytes.copyOf(new byte[32]));

    assertThat(Outcome.of(forge.verify(with(forge, valued(quote, changed)))))
        .isEqualTo("POLICY PCR_DIGEST");
    assertThat(Outcome.of(forge.verify(with(forge, valued(quote, fewer)))))
        .isEqualTo("POLICY PCR_DIGEST");
    assertThat(Outcome.of(forge.verify(with(forge, valued(quote, more)))))
        .isEqualTo("POLICY PCR_NOT_QUOTED");
  }

  @Test
  void takesOneSchemeAndOneHash() throws Exception {
    AzureForge forge = AzureForge.onSnp();
    forge.vtpm.signingBy(SigningScheme.RSAPSS, TpmHash.SHA256);
    assertThat(Outcome.of(forge.verify())).isEqualTo("PARSE SIG_ALG");

    forge.vtpm.signingBy(SigningScheme.RSASSA, TpmHash.SHA384);
    assertThat(Outcome.of(forge.verify())).isEqualTo("CRYPTO SIG_HASH");

    forge.vtpm.signingBy(SigningScheme.RSASSA, TpmHash.SHA256);
    assertThat(Outcome.of(forge.verify())).isEqualTo(Outcome.OK);
  }

  @Test
  void theTeesOwnReportIsFollowedToItsVendor() throws Exception {
    AzureForge snp = AzureForge.onSnp();
    Evidence bare = new Evidence(AzureVerifier.SNP, snp.body().toBytes(), List.of());

    assertThat(Outcome.of(snp.verifier().verify(bare, AzureForge.AT))).isEqualTo("CRYPTO CHAIN");
    assertThat(
            Outcome.of(
                AzureForge.onTdx()
                    .verifier()
                    .verify(
                        AzureForge.onTdx().evidence(), AzureForge.AT.plus(Duration.ofDays(40)))))
        .startsWith("COLLATERAL");
    byte[] report = snp.hclReport().toArray();
    report[0x20 + 0x90] ^= 1;
    assertThat(
            Outcome.of(
                snp.verify(new AzureEvidence(Bytes.copyOf(report), snp.tdQuote(), snp.quote()))))
        .isEqualTo("CRYPTO SIGNATURE");
  }

  @Test
  void refusesTheEvidenceOfOneTeeAsThatOfTheOther() throws Exception {
    AzureForge snp = AzureForge.onSnp();
    AzureForge tdx = AzureForge.onTdx();

    assertThat(Outcome.of(snp.verify(tdx.body()))).isEqualTo("PARSE TEE_TYPE");
    assertThat(Outcome.of(tdx.verify(snp.body()))).isEqualTo("PARSE TEE_TYPE");
    assertThat(Outcome.of(snp.verifier().verify(tdx.evidence(), AzureForge.AT)))
        .isEqualTo("evidence-malformed");
  }

  @Test
  void refusesAQuoteBesideSnpAndNoneOnTdx() throws Exception {
    AzureForge snp = AzureForge.onSnp();
    AzureForge tdx = AzureForge.onTdx();
    Bytes none = Bytes.copyOf(new byte[0]);

    assertThat(
            Outcome.of(snp.verify(new AzureEvidence(snp.hclReport(), tdx.tdQuote(), snp.quote()))))
        .isEqualTo("PARSE TRAILING");
    assertThat(Outcome.of(tdx.verify(new AzureEvidence(tdx.hclReport(), none, tdx.quote()))))
        .startsWith("PARSE");
    assertThat(
            Outcome.of(
                tdx.verifier()
                    .verify(
                        new Evidence(AzureVerifier.TDX, tdx.body().toBytes(), snp.certificates()),
                        AzureForge.AT)))
        .isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void aLiveNodesPlatformIsAlwaysHeldAgainstIntelsWord() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    AzureVerifier live = AzureVerifier.onTdx(forge.tdxMachine.verifierWithoutCollateral());

    assertThat(Outcome.of(live.verify(forge.evidence(), AzureForge.AT)))
        .isEqualTo("COLLATERAL NO_COLLATERAL");
    assertThat(((AzureStatement) accepted(forge.verify()).statement()).facts())
        .containsEntry("tee-appraised", "true");
  }

  @Test
  void onlyCapturesAreFollowedWithoutIntelsWordAndTheStatementSaysSo() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    AzureVerifier captures =
        AzureVerifier.onTdxWithoutCollateral(forge.tdxMachine.verifierWithoutCollateral());

    VerifiedClaims claims = accepted(captures.verify(forge.evidence(), AzureForge.AT));

    assertThat(claims.statement().facts()).containsEntry("tee-appraised", "false");
    assertThat(claims.statement().facts().keySet())
        .noneMatch(name -> name.startsWith("tee-") && !name.equals("tee-appraised"));
    assertThat(((AzureStatement) claims.statement()).tee()).isEmpty();
    AzureForge other = AzureForge.onTdx().vouchingFor(forge.runtime.replace("26F8", "26F9"));
    AzureEvidence mixed = new AzureEvidence(forge.hclReport(), other.tdQuote(), forge.quote());
    assertThat(Outcome.of(captures.verify(forge.evidence(mixed.toBytes()), AzureForge.AT)))
        .isEqualTo("CRYPTO AK_BINDING");
    byte[] quote = forge.tdQuote().toArray();
    quote[600] ^= 1;
    AzureEvidence forged = new AzureEvidence(forge.hclReport(), Bytes.copyOf(quote), forge.quote());
    assertThat(Outcome.of(captures.verify(forge.evidence(forged.toBytes()), AzureForge.AT)))
        .isEqualTo("CRYPTO SIGNATURE");
  }

  /** Whoever makes a verifier for nodes stands outside this package. */
  @Test
  void noOtherRoomCanMakeAVerifierThatGoesOnWithoutIntelsWord() throws Exception {
    assertThat(
            List.of(AzureVerifier.class.getDeclaredMethods()).stream()
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .map(method -> method.getName()))
        .containsExactlyInAnyOrder("onSnp", "onTdx");
    assertThat(AzureVerifier.class.getConstructors()).isEmpty();
  }

  @Test
  void statesWhatEachPartStates() throws Exception {
    Map<String, String> facts = accepted(AzureForge.onSnp().verify()).statement().facts();

    assertThat(facts)
        .containsEntry("tee-appraised", "true")
        .containsEntry("tee-measurement", "90".repeat(48))
        .containsEntry("vm-secure-boot", "true")
        .containsEntry("vm-vmUniqueId", "26F8BC30-774E-4290-8E7A-535F3B672AEE")
        .containsEntry("vtpm-reset-count", "3")
        .containsEntry(
            "vtpm-ak-name", Bytes.copyOf(ForgedTpm.modulus().toByteArray()).sha256().hex())
        .containsEntry("vtpm-pcr-sha256-0", Bytes.copyOf(new byte[1]).sha256().hex());
  }

  private static AzureEvidence with(AzureForge forge, TpmEvidence quote) {
    return new AzureEvidence(forge.hclReport(), forge.tdQuote(), quote);
  }

  private static TpmEvidence valued(TpmEvidence quote, Map<Pcr, Bytes> values) {
    return new TpmEvidence(
        quote.attest(), quote.signature(), quote.publicArea(), values, quote.eventLog());
  }

  /** One up to an offset, another from there. */
  private static Bytes spliced(Bytes head, Bytes tail, int at) {
    byte[] both = tail.toArray();
    System.arraycopy(head.toArray(), 0, both, 0, at);
    return Bytes.copyOf(both);
  }

  /** One with a part replaced. */
  private static Bytes spliced(Bytes whole, Bytes part, int at, int size) {
    byte[] both = whole.toArray();
    System.arraycopy(part.toArray(), 0, both, at, size);
    return Bytes.copyOf(both);
  }

  static VerifiedClaims accepted(Verification verification) {
    assertThat(Outcome.of(verification)).isEqualTo(Outcome.OK);
    return ((Verification.Verified) verification).claims();
  }
}
