package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.x509.Anchors;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class TdxVerifierTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void vouchesForAGenuineQuote() {
    VerifiedClaims claims = claims(forge.verify());

    assertThat(claims.technology()).isEqualTo("intel-tdx");
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.REPORT_DATA, TdxForge.REPORT_DATA));
    assertThat(claims.producedAt()).isEmpty();
    assertThat(claims.endorsedUntil()).isEqualTo(TdxForge.NEXT);
    assertThat(claims.measurements())
        .containsEntry("mrtd", "a0".repeat(48))
        .containsEntry("rtmr3", "a7".repeat(48))
        .containsEntry("fmspc", TdxForge.FMSPC)
        .containsEntry("ppid", "11".repeat(16))
        .containsEntry("platform-instance", "66".repeat(16))
        .containsEntry("pceid", "0000")
        .containsEntry("quote-version", "4")
        .containsEntry("td-attributes", "0000000010000000")
        .containsEntry("tee-tcb-svn", "060103" + "00".repeat(13))
        .containsEntry("tcb-status", "UpToDate")
        .containsEntry("tcb-evaluation", "18")
        .containsEntry("advisories", "")
        .doesNotContainKey("mrservicetd");
  }

  @Test
  void vouchesForAGenuineQuoteOfVersion5() {
    TdxForge later = TdxForge.later();

    assertThat(claims(later.verify()).measurements())
        .containsEntry("quote-version", "5")
        .containsEntry("mrservicetd", "00".repeat(48));
  }

  @Test
  void trustsIntelsRootUnlessToldOtherwise() {
    TdxVerifier ofIntel = TdxVerifier.ofIntel(CollateralStore.EMPTY);

    refused(
        ofIntel.verify(TdxForge.evidence(forge.quote()), TdxForge.AT),
        Stage.CRYPTO,
        Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesAnAnchorThatOnlyTheEvidenceBrings() {
    TdxVerifier none = new TdxVerifier(Anchors.pinned(Set.of()), CollateralStore.EMPTY);

    refused(
        none.verify(TdxForge.evidence(forge.quote()), TdxForge.AT),
        Stage.CRYPTO,
        Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesAnotherRootOfTheSameName() {
    ForgedKey rogue = ForgedKey.named("rogue");
    X509Certificate root = ForgedPki.make(ForgedPki.root(rogue));
    X509Certificate ca = ForgedPki.make(forge.ca.by(ForgedPki.ROOT, rogue));

    refused(
        verifyWith(ForgedPki.make(forge.pckWish()), ca, root), Stage.CRYPTO, Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesAChainSignedByAnotherKeyThanItsIssuers() {
    ForgedKey rogue = ForgedKey.named("rogue");

    refused(
        verifyWith(
            ForgedPki.make(forge.pckWish().by(ForgedPki.PLATFORM_CA, rogue)),
            ForgedPki.make(forge.ca),
            ForgedPki.make(forge.root)),
        Stage.CRYPTO,
        Reason.SIGNATURE);
  }

  @Test
  void refusesAPlatformsCertificateBeforeAndAfterItsTime() {
    refused(forge.verify(ForgedPki.FROM.minusSeconds(1)), Stage.CRYPTO, Reason.CERT_NOT_YET_VALID);
    refused(forge.verify(ForgedPki.UNTIL.plusSeconds(1)), Stage.CRYPTO, Reason.CERT_EXPIRED);
  }

  @Test
  void refusesSignersOfAnotherKindThanAPlatform() {
    ForgedPki.Wish pck = forge.pckWish();
    X509Certificate ca = ForgedPki.make(forge.ca);
    X509Certificate root = ForgedPki.make(forge.root);

    refusedAsSigner(ForgedPki.make(pck.named(ForgedPki.TCB_SIGNER)), ca, root);
    refusedAsSigner(ForgedPki.make(pck.using(0, KeyUsage.digitalSignature)), ca, root);
    refusedAsSigner(ForgedPki.make(pck.using(-1, 0)), ca, root);
    refusedAsSigner(ForgedPki.make(pck.using(-1, KeyUsage.keyAgreement)), ca, root);
    refusedAsSigner(ForgedPki.make(pck.by(ForgedPki.ROOT, forge.rootKey)), root);
    ForgedPki.Wish other = forge.ca.named("Intel SGX PCK Other CA");
    refusedAsSigner(
        ForgedPki.make(pck.by("Intel SGX PCK Other CA", forge.caKey)), ForgedPki.make(other), root);
  }

  @Test
  void refusesANameThatIsThereTwice() {
    ForgedPki.Wish twice = forge.pckWish().named(ForgedPki.PCK + ",CN=" + ForgedPki.PCK);

    refusedAsSigner(ForgedPki.make(twice), ForgedPki.make(forge.ca), ForgedPki.make(forge.root));
  }

  @Test
  void knowsTheProcessorsAuthorityToo() {
    forge.ca = forge.ca.named("Intel SGX PCK Processor CA");
    X509Certificate pck =
        ForgedPki.make(forge.pckWish().by("Intel SGX PCK Processor CA", forge.caKey));
    forge.bundle.put(
        "pck_crl",
        ForgedPki.list(
                "Intel SGX PCK Processor CA", forge.caKey, Set.of(), TdxForge.ISSUED, TdxForge.NEXT)
            .hex());

    claims(verifyWith(pck, ForgedPki.make(forge.ca), ForgedPki.make(forge.root)));
  }

  @Test
  void refusesAQeReportThatThePlatformDidNotSign() {
    byte[] signed = forge.signedPart();
    byte[] report = forge.boundQeReport();
    byte[] byAnother = ForgedKey.named("other").sign(report);

    refused(
        verify(
            forge.quote(
                signed,
                forge.attestationKey.sign(signed),
                report,
                byAnother,
                forge.platformChain())),
        Stage.CRYPTO,
        Reason.QE_SIGNATURE);
    refused(
        verify(
            forge.quote(
                signed,
                forge.attestationKey.sign(signed),
                report,
                new byte[64],
                forge.platformChain())),
        Stage.CRYPTO,
        Reason.QE_SIGNATURE);
  }

  @Test
  void refusesAnAttestationKeyThatTheQeDoesNotName() {
    byte[] genuine = forge.boundQeReport();
    forge.attestationKey = ForgedKey.named("attacker");
    byte[] signed = forge.signedPart();

    refused(
        verify(
            forge.quote(signed, forge.attestationKey.sign(signed), genuine, forge.platformChain())),
        Stage.CRYPTO,
        Reason.AK_BINDING);
  }

  @Test
  void refusesAQeReportWithMoreThanADigest() {
    byte[] report = forge.boundQeReport();
    report[352] = 1;
    byte[] signed = forge.signedPart();

    refused(
        verify(
            forge.quote(signed, forge.attestationKey.sign(signed), report, forge.platformChain())),
        Stage.CRYPTO,
        Reason.AK_BINDING);
  }

  @Test
  void bindsTheAuthenticationDataToo() {
    byte[] report = forge.boundQeReport();
    forge.authentication = new byte[] {1};
    byte[] signed = forge.signedPart();

    refused(
        verify(
            forge.quote(signed, forge.attestationKey.sign(signed), report, forge.platformChain())),
        Stage.CRYPTO,
        Reason.AK_BINDING);
    claims(forge.verify());
  }

  @Test
  void refusesAQuoteThatTheAttestationKeyDidNotSign() {
    byte[] signed = forge.signedPart();
    byte[] report = forge.boundQeReport();
    byte[][] signatures = {
      new byte[64], ForgedKey.named("other").sign(signed), forge.attestationKey.sign(report)
    };

    for (byte[] signature : signatures) {
      refused(
          verify(forge.quote(signed, signature, report, forge.platformChain())),
          Stage.CRYPTO,
          Reason.SIGNATURE);
    }
  }

  @Test
  void refusesSignaturesOutOfRange() {
    byte[] signed = forge.signedPart();
    String order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    String good = Bytes.copyOf(forge.attestationKey.sign(signed)).hex();

    for (String signature :
        List.of(
            order + good.substring(64),
            good.substring(0, 64) + order,
            "00".repeat(32) + good.substring(64),
            good.substring(0, 64) + "00".repeat(32))) {
      refused(
          verify(
              forge.quote(
                  signed,
                  Bytes.ofHex(signature).toArray(),
                  forge.boundQeReport(),
                  forge.platformChain())),
          Stage.CRYPTO,
          Reason.SIGNATURE);
    }
  }

  @Test
  void takesAHighSAndStatesTheSame() {
    byte[] signed = forge.signedPart();
    Bytes high =
        forge.quote(
            signed,
            forge.attestationKey.signHigh(signed),
            forge.boundQeReport(),
            forge.platformChain());

    assertThat(high).isNotEqualTo(forge.quote());
    assertThat(statement(verify(high))).isEqualTo(statement(forge.verify()));
  }

  @Test
  void refusesAnAttestationKeyOffTheCurve() {
    ForgedPoint point = new ForgedPoint(forge);

    refused(verify(point.quote()), Stage.CRYPTO, Reason.KEY);
  }

  @Test
  void refusesAPlatformWithoutCollateral() {
    TdxVerifier verifier = new TdxVerifier(forge.anchors(), CollateralStore.EMPTY);

    refused(
        verifier.verify(TdxForge.evidence(forge.quote()), TdxForge.AT),
        Stage.COLLATERAL,
        Reason.NO_COLLATERAL);
  }

  @Test
  void checksASignedQuoteForOthersWhoseReportDataMeansSomethingElse() throws Rejection {
    TdxVerifier verifier = forge.verifier();

    SignedQuote signed = verifier.signedQuote(forge.quote(), TdxForge.AT);
    EndorsedQuote endorsed = verifier.endorse(signed, TdxForge.AT);

    assertThat(signed.report().reportData()).isEqualTo(TdxForge.REPORT_DATA);
    assertThat(signed.version()).isEqualTo(4);
    assertThat(signed.validUntil()).isEqualTo(ForgedPki.UNTIL);
    assertThat(signed.platform().fmspc()).isEqualTo(Bytes.ofHex(TdxForge.FMSPC));
    assertThat(endorsed.endorsedUntil()).isEqualTo(TdxForge.NEXT);
    assertThat(endorsed.statement()).isEqualTo(statement(forge.verify()));
  }

  @Test
  void endsWithWhateverEndsFirst() {
    Instant soon = TdxForge.AT.plusSeconds(60);
    forge.tcbSigner = forge.tcbSigner.valid(ForgedPki.FROM, soon);

    assertThat(claims(forge.verify()).endorsedUntil()).isEqualTo(soon);

    TdxForge platform = new TdxForge();
    platform.ca = platform.ca.valid(ForgedPki.FROM, soon);
    assertThat(claims(platform.verify()).endorsedUntil()).isEqualTo(soon);

    TdxForge qe = new TdxForge();
    qe.qeSigner = qe.qeSigner.valid(ForgedPki.FROM, soon);
    assertThat(claims(qe.verify()).endorsedUntil()).isEqualTo(soon);

    TdxForge info = new TdxForge().tcb("2026-06-19", "2026-06-18");
    assertThat(claims(info.verify()).endorsedUntil()).isEqualTo("2026-06-18T00:00:00Z");

    TdxForge identity = new TdxForge().qeId("2026-06-19", "2026-06-17");
    assertThat(claims(identity.verify()).endorsedUntil()).isEqualTo("2026-06-17T00:00:00Z");
  }

  private void refusedAsSigner(X509Certificate... chain) {
    refused(verifyWith(chain), Stage.CRYPTO, Reason.SIGNER);
  }

  private Verification verifyWith(X509Certificate... chain) {
    return verify(forge.quote(chain));
  }

  private Verification verify(Bytes quote) {
    return forge.verifier().verify(TdxForge.evidence(quote), TdxForge.AT);
  }
}
