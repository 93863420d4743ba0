package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TpmVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final TpmForge forge = new TpmForge();

  @ParameterizedTest
  @EnumSource(SigningScheme.class)
  void verifiesAQuoteOfAKnownKey(SigningScheme scheme) throws Exception {
    forge.scheme = scheme;

    VerifiedClaims claims = claims(forge.evidence());

    assertThat(claims.technology()).isEqualTo("tpm2");
    assertThat(claims.level()).isEqualTo(Level.TPM);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.NONCE, forge.extraData));
    assertThat(claims.producedAt()).isEmpty();
    assertThat(claims.measurements())
        .containsEntry("ak-name", forge.name().hex())
        .containsEntry("reset-count", "3")
        .containsEntry("restart-count", "1")
        .containsEntry("clock-millis", "5000")
        .containsEntry("firmware-version", "20191023")
        .containsEntry("pcr-sha256-7", Bytes.copyOf(new byte[] {7}).sha256().hex());
    assertThat(((TpmStatement) claims.statement()).pcrs()).isEqualTo(forge.pcrs);
  }

  @Test
  void bindsAQuoteToAnExchangeByADigestOfItsReportData() {
    Bytes reportData = Bytes.copyOf(new byte[64]);

    assertThat(verifier(Set.of()).bindings(reportData))
        .isEqualTo(Map.of(Bound.NONCE, reportData.sha256()));
  }

  @Test
  void takesPssSaltsOfTheDigestsSizeAndOfTheLongestThatFitsAndNoOther() throws Exception {
    forge.scheme = SigningScheme.RSAPSS;
    forge.saltBytes = 256 - 32 - 2;
    claims(forge.evidence());

    forge.saltBytes = 20;
    refused(forge.evidence(), Stage.CRYPTO, Reason.SIGNATURE);
  }

  @Test
  void refusesWhatIsNotMadeByATpmOrIsNoQuote() throws Exception {
    forge.magic = 0xFF544346L;
    refused(forge.evidence(), Stage.PARSE, Reason.MAGIC);
    forge.magic = 0xFF544347L;
    for (int type : new int[] {0x8017, 0x8019, 0x801A, 0x8014}) {
      forge.type = type;
      refused(forge.evidence(), Stage.PARSE, Reason.ATTEST_TYPE);
    }
  }

  @Test
  void refusesQuotesWithLengthsThatNoneHas() throws Exception {
    forge.behind = new byte[] {0};
    refused(forge.evidence(), Stage.PARSE, Reason.TRAILING);
    forge.behind = new byte[0];
    forge.extraData = Bytes.copyOf(new byte[67]);
    refused(forge.evidence(), Stage.PARSE, Reason.LENGTH);
    forge.extraData = Bytes.copyOf(new byte[66]);
    claims(forge.evidence());
    forge.safe = 2;
    refused(forge.evidence(), Stage.PARSE, Reason.STRUCTURE);
    forge.safe = 0;
    forge.pcrDigest = Optional.of(Bytes.copyOf(new byte[31]));
    refused(forge.evidence(), Stage.PARSE, Reason.LENGTH);
    forge.pcrDigest = Optional.of(Bytes.copyOf(new byte[33]));
    refused(forge.evidence(), Stage.PARSE, Reason.LENGTH);
  }

  @Test
  void refusesMoreBanksThanATpmHas() throws Exception {
    PcrSelection one = new PcrSelection(TpmHash.SHA256, List.of(0));
    forge.selections = Collections.nCopies(9, one);
    forge.pcrs = new TreeMap<>(Map.of(new Pcr(TpmHash.SHA256, 0), Bytes.copyOf(new byte[32])));
    refused(forge.evidence(), Stage.PARSE, Reason.LENGTH);

    forge.selections = Collections.nCopies(8, one);
    claims(forge.evidence());
  }

  @Test
  void refusesSignaturesByOtherHashesThanTheKeysOwn() throws Exception {
    Bytes area = forge.publicArea();
    forge.hash = TpmHash.SHA1;
    forge.pcrDigest = Optional.of(Bytes.copyOf(new byte[32]));
    Bytes attest = forge.attest();
    refused(evidence(attest, forge.signature(attest), area), Stage.CRYPTO, Reason.SIG_HASH);
    refused(forge.evidence(), Stage.CRYPTO, Reason.SIG_HASH);
    forge.hash = TpmHash.SHA384;
    refused(evidence(attest, forge.signature(attest), area), Stage.CRYPTO, Reason.SIG_HASH);
  }

  @Test
  void verifiesKeysThatAreBoundToALongerHash() throws Exception {
    forge.hash = TpmHash.SHA384;
    forge.scheme = SigningScheme.RSASSA;

    assertThat(claims(forge.evidence()).bound()).containsKey(Bound.NONCE);
  }

  @Test
  void refusesASchemeThatIsNotTheKeys() throws Exception {
    Bytes attest = forge.attest();
    Bytes area = forge.publicArea();
    forge.scheme = SigningScheme.RSASSA;
    Bytes rsassa = forge.publicArea();
    Bytes signature = forge.signature(attest);
    refused(evidence(attest, signature, area), Stage.PARSE, Reason.SIG_ALG);
    forge.scheme = SigningScheme.RSAPSS;
    refused(evidence(attest, forge.signature(attest), rsassa), Stage.PARSE, Reason.SIG_ALG);
    byte[] none = signature.toArray();
    none[1] = 0x10;
    refused(evidence(attest, Bytes.copyOf(none), rsassa), Stage.PARSE, Reason.SIG_ALG);
  }

  @Test
  void refusesAnothersSignature() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair other = generator.generateKeyPair();
    forge.scheme = SigningScheme.RSASSA;
    forge.signer = Optional.of(other);
    refused(forge.evidence(), Stage.CRYPTO, Reason.SIGNATURE);
    forge.scheme = SigningScheme.RSAPSS;
    refused(forge.evidence(), Stage.CRYPTO, Reason.SIGNATURE);
  }

  @Test
  void refusesEcdsaNumbersOutOfRange() throws Exception {
    BigInteger n =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    Bytes attest = forge.attest();
    byte[] good = forge.signature(attest).toArray();
    for (BigInteger value : List.of(BigInteger.ZERO, n)) {
      for (int offset : new int[] {6, 40}) {
        byte[] bad = good.clone();
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, value), 0, bad, offset, 32);
        refused(
            evidence(attest, Bytes.copyOf(bad), forge.publicArea()),
            Stage.CRYPTO,
            Reason.SIGNATURE);
      }
    }
  }

  @Test
  void refusesSignaturePartsOfTheWrongSize() throws Exception {
    Bytes attest = forge.attest();
    ByteBuffer empty = ByteBuffer.allocate(64).putShort((short) 0x18).putShort((short) 0xB);
    TpmForge.sized(empty, new byte[0]);
    TpmForge.sized(empty, new byte[32]);
    refused(
        evidence(attest, TpmForge.written(empty), forge.publicArea()),
        Stage.PARSE,
        Reason.SIG_LENGTH);
    ByteBuffer longer = ByteBuffer.allocate(128).putShort((short) 0x18).putShort((short) 0xB);
    TpmForge.sized(longer, new byte[33]);
    TpmForge.sized(longer, new byte[32]);
    refused(
        evidence(attest, TpmForge.written(longer), forge.publicArea()),
        Stage.PARSE,
        Reason.SIG_LENGTH);
    forge.scheme = SigningScheme.RSASSA;
    ByteBuffer shorter = ByteBuffer.allocate(512).putShort((short) 0x14).putShort((short) 0xB);
    TpmForge.sized(shorter, new byte[255]);
    refused(
        evidence(attest, TpmForge.written(shorter), forge.publicArea()),
        Stage.PARSE,
        Reason.SIG_LENGTH);
    byte[] trailing = Arrays.copyOf(forge.signature(attest).toArray(), 263);
    refused(
        evidence(attest, Bytes.copyOf(trailing), forge.publicArea()), Stage.PARSE, Reason.TRAILING);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5, 16, 18, 17})
  void refusesAKeyWithoutAnyOneOfAnAttestationKeysAttributesOrWithDecrypt(int bit)
      throws Exception {
    forge.attributes ^= 1 << bit;
    refused(forge.evidence(), Stage.ENDORSEMENT, Reason.AK_ATTRIBUTES);
  }

  @Test
  void refusesAnAttestationKeyThatIsBoundToNoScheme() throws Exception {
    byte[] area = forge.publicArea().toArray();
    // Scheme and its hash, behind type, name hash, attributes, policy and cipher.
    byte[] unbound = new byte[area.length - 2];
    System.arraycopy(area, 0, unbound, 0, 12);
    unbound[13] = 0x10;
    System.arraycopy(area, 16, unbound, 14, area.length - 16);
    Bytes attest = forge.attest();

    refused(
        evidence(attest, forge.signature(attest), Bytes.copyOf(unbound)),
        Stage.ENDORSEMENT,
        Reason.AK_ATTRIBUTES);
  }

  @Test
  void refusesAKeyThatNobodyKnowsOrKnowsNoLonger() throws Exception {
    Evidence evidence = forge.evidence();
    assertThat(verifier(Set.of()).verify(evidence, NOW))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> is(refused.refusal(), Stage.ENDORSEMENT, Reason.AK_UNKNOWN));
    KnownKey known = new KnownKey(forge.name(), Optional.of(forge.name()), NOW);
    TpmVerifier knowing = new TpmVerifier((name, at) -> Optional.of(known));

    assertThat(knowing.verify(evidence, NOW)).isInstanceOf(Verification.Verified.class);
    assertThat(((Verification.Verified) knowing.verify(evidence, NOW)).claims().endorsedUntil())
        .isEqualTo(NOW);
    assertThat(knowing.verify(evidence, NOW.plusMillis(1)))
        .isInstanceOf(Verification.Refused.class);
  }

  @Test
  void saysWhyAKeysTpmIsBelievedNoMore() throws Exception {
    TpmVerifier knowing =
        new TpmVerifier((name, at) -> {
          throw new Rejection(Stage.REVOCATION, Reason.CERT_REVOKED, "its TPM is revoked");
        });

    assertThat(knowing.verify(forge.evidence(), NOW))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> is(refused.refusal(), Stage.REVOCATION, Reason.CERT_REVOKED));
  }

  @Test
  void refusesValuesThatAreNotExactlyThoseQuoted() throws Exception {
    TpmEvidence good = forge.body();
    Pcr seven = new Pcr(TpmHash.SHA256, 7);
    Bytes zeros = Bytes.copyOf(new byte[32]);
    refused(with(good, values -> values.put(seven, zeros)), Stage.POLICY, Reason.PCR_DIGEST);
    refused(with(good, values -> values.remove(seven)), Stage.POLICY, Reason.PCR_DIGEST);
    refused(
        with(good, values -> values.put(new Pcr(TpmHash.SHA256, 8), zeros)),
        Stage.POLICY,
        Reason.PCR_NOT_QUOTED);
    refused(
        with(good, values -> values.put(new Pcr(TpmHash.SHA384, 7), Bytes.copyOf(new byte[48]))),
        Stage.POLICY,
        Reason.PCR_BANK);
    refused(with(good, Map::clear), Stage.POLICY, Reason.PCR_BANK);
  }

  @Test
  void aQuoteOverNothingProvesNoValue() throws Exception {
    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, List.of()));
    forge.pcrDigest = Optional.of(Bytes.copyOf(new byte[0]).sha256());
    refused(forge.evidence(), Stage.POLICY, Reason.PCR_NOT_QUOTED);
  }

  @Test
  void refusesCollateralAndUnknownVersions() throws Exception {
    refused(
        new Evidence("tpm2", forge.body().toBytes(), List.of(Bytes.copyOf(new byte[1]))),
        Stage.PARSE,
        Reason.TRAILING);
    byte[] body = forge.body().toBytes().toArray();
    body[0] = 2;
    refused(new Evidence("tpm2", Bytes.copyOf(body)), Stage.PARSE, Reason.VERSION);
  }

  @Test
  void refusesValuesOutOfOrderOrTwice() throws Exception {
    Bytes attest = forge.attest();
    Bytes signature = forge.signature(attest);
    byte[] head =
        new TpmEvidence(attest, signature, forge.publicArea(), Map.of(), Optional.empty())
            .toBytes()
            .toArray();
    for (int second : new int[] {0, 1}) {
      ByteBuffer out = ByteBuffer.allocate(2048).put(head, 0, head.length - 2).put((byte) 2);
      out.putShort((short) 0xB).put((byte) 1).put(new byte[32]);
      out.putShort((short) 0xB).put((byte) second).put(new byte[32]).put((byte) 0);
      refused(new Evidence("tpm2", TpmForge.written(out)), Stage.PARSE, Reason.DUPLICATE);
    }
    ByteBuffer out = ByteBuffer.allocate(2048).put(head, 0, head.length - 2).put((byte) 1);
    out.putShort((short) 0xB).put((byte) 24).put(new byte[32]).put((byte) 0);
    refused(new Evidence("tpm2", TpmForge.written(out)), Stage.PARSE, Reason.PCR_INDEX);
    ByteBuffer logs = ByteBuffer.allocate(2048).put(head, 0, head.length - 1).put((byte) 2);
    refused(new Evidence("tpm2", TpmForge.written(logs)), Stage.PARSE, Reason.STRUCTURE);
  }

  @Test
  void everyTruncationAndAnyByteMoreIsRefused() throws Exception {
    TpmForge booted = TpmForge.booted();
    byte[] good = booted.evidence().body().toArray();
    for (int length = 0; length < good.length; length++) {
      refused(booted, new Evidence("tpm2", Bytes.copyOf(Arrays.copyOf(good, length))), Stage.PARSE);
    }
    refused(
        booted,
        new Evidence("tpm2", Bytes.copyOf(Arrays.copyOf(good, good.length + 1))),
        Stage.PARSE);
  }

  @Test
  void partsOfTwoQuotesDoNotMix() throws Exception {
    TpmForge other = new TpmForge();
    other.extraData = Bytes.copyOf(new byte[32]);
    Bytes attest = forge.attest();
    refused(
        evidence(attest, other.signature(other.attest()), forge.publicArea()),
        Stage.CRYPTO,
        Reason.SIGNATURE);
  }

  private interface Change {
    void to(Map<Pcr, Bytes> values);
  }

  private static Evidence with(TpmEvidence good, Change change) {
    Map<Pcr, Bytes> values = new TreeMap<>(good.pcrs());
    change.to(values);
    return new TpmEvidence(
            good.attest(), good.signature(), good.publicArea(), values, good.eventLog())
        .toEvidence();
  }

  private Evidence evidence(Bytes attest, Bytes signature, Bytes area) {
    return new TpmEvidence(attest, signature, area, forge.pcrs, Optional.empty()).toEvidence();
  }

  private static TpmVerifier verifier(Set<Bytes> names) {
    return new TpmVerifier(AttestationKeys.pinned(names));
  }

  private VerifiedClaims claims(Evidence evidence) throws Exception {
    Verification verification = verifier(Set.of(forge.name())).verify(evidence, NOW);
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return ((Verification.Verified) verification).claims();
  }

  /** By a verifier that knows every key. */
  private static void refused(Evidence evidence, Stage stage, Reason reason) {
    TpmVerifier knowing =
        new TpmVerifier(
            (name, at) -> Optional.of(new KnownKey(name, Optional.empty(), Instant.MAX)));
    assertThat(knowing.verify(evidence, NOW))
        .isInstanceOfSatisfying(
            Verification.Refused.class, refused -> is(refused.refusal(), stage, reason));
  }

  private static void refused(TpmForge forge, Evidence evidence, Stage stage) throws Exception {
    assertThat(verifier(Set.of(forge.name())).verify(evidence, NOW))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> assertThat(((Refusal.Rejected) refused.refusal()).stage()).isEqualTo(stage));
  }

  private static void is(Refusal refusal, Stage stage, Reason reason) {
    Refusal.Rejected rejected = (Refusal.Rejected) refusal;
    assertThat(List.of(rejected.stage(), rejected.reason()))
        .as(rejected.detail())
        .isEqualTo(List.of(stage, reason));
  }
}
