package dev.hanse.attestation.simulated;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import java.nio.ByteBuffer;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SimulatedVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.123Z");
  private static final String MEASUREMENT = "hanse-0.1.0";

  private final SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
  private final SimulatedVerifier verifier = new SimulatedVerifier(List.of(platform.root()));
  private final Bytes reportData = Bytes.copyOf("r".repeat(64).getBytes(ISO_8859_1));
  private final Evidence evidence = platform.quote(reportData, MEASUREMENT, NOW);

  @Test
  void verifiesWhatAConfiguredPlatformSigned() {
    VerifiedClaims claims = verified(verifier.verify(evidence, NOW));

    assertThat(claims.technology()).isEqualTo("simulated");
    assertThat(claims.level()).isEqualTo(Level.SIMULATED);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.REPORT_DATA, reportData));
    assertThat(claims.producedAt()).contains(NOW);
    assertThat(claims.measurements()).isEqualTo(Map.of("measurement", MEASUREMENT));
    assertThat(claims.evidenceDigest()).isEqualTo(evidence.digest());
  }

  @Test
  void knowsAPlatformAgainFromItsPem() {
    SimulatedPlatform again = SimulatedPlatform.fromPem(platform.toPem());

    assertThat(again.root()).isEqualTo(platform.root());
    verified(verifier.verify(again.quote(reportData, MEASUREMENT, NOW), NOW));
  }

  /** Statement by statement: RFC 8032 §7.1 TEST 1's key over fixed fields. */
  @Test
  void writesTheGoldenVector() {
    SimulatedPlatform known =
        SimulatedPlatform.fromPem(
            """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----
            """);

    assertThat(known.root().hex())
        .isEqualTo(
            "302a300506032b6570032100"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assertThat(known.quote(reportData, MEASUREMENT, NOW).body().hex())
        .startsWith(
            "01"
                + "68616e73652d73696d756c61746564"
                + "000001a1f8d3ea7b"
                + "72".repeat(64)
                + known.root().sha256().hex()
                + "0b"
                + "68616e73652d302e312e30")
        .hasSize(2 * (121 + 11 + 64));
  }

  @Test
  void everyBitFlipIsRefused() {
    byte[] good = evidence.body().toArray();
    for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);

      assertThat(verify(flipped)).as("bit %d", bit).isInstanceOf(Verification.Refused.class);
    }
  }

  @Test
  void everyTruncationAndAnyByteMoreIsRefused() {
    byte[] good = evidence.body().toArray();
    for (int length = 0; length < good.length; length++) {
      assertThat(code(verify(Arrays.copyOf(good, length))))
          .as("length %d", length)
          .isEqualTo("evidence-malformed");
    }
    assertThat(code(verify(Arrays.copyOf(good, good.length + 1)))).isEqualTo("evidence-malformed");
  }

  @Test
  void refusesAPlatformThatIsNotConfigured() {
    SimulatedPlatform stranger = SimulatedPlatform.generate(new SecureRandom());

    assertThat(verifier.verify(stranger.quote(reportData, MEASUREMENT, NOW), NOW))
        .isEqualTo(new Verification.Refused(new Refusal.AnchorUnknown(stranger.root().sha256())));
    assertThat(code(new SimulatedVerifier(List.of()).verify(evidence, NOW)))
        .isEqualTo("anchor-unknown");
  }

  @Test
  void refusesAStrangersSignatureUnderAConfiguredName() {
    byte[] good = evidence.body().toArray();
    byte[] strangers =
        SimulatedPlatform.generate(new SecureRandom())
            .quote(reportData, MEASUREMENT, NOW)
            .body()
            .toArray();
    System.arraycopy(strangers, strangers.length - 64, good, good.length - 64, 64);

    assertThat(code(verify(good))).isEqualTo("signature-invalid");
  }

  @Test
  void refusesCollateralAndOtherTechnologies() {
    assertThat(
            code(
                verifier.verify(
                    new Evidence("simulated", evidence.body(), List.of(reportData)), NOW)))
        .isEqualTo("evidence-malformed");
    assertThat(code(verifier.verify(new Evidence("sev-snp", evidence.body()), NOW)))
        .isEqualTo("evidence-malformed");
  }

  @Test
  void takesOnlyEd25519Roots() throws Exception {
    Bytes p256 =
        Bytes.copyOf(KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic().getEncoded());

    assertThatThrownBy(() -> new SimulatedVerifier(List.of(p256)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SimulatedVerifier(List.of(reportData)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesPemThatIsNoEd25519KeyWithoutRepeatingIt() {
    for (String pem :
        List.of("", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----")) {
      assertThatThrownBy(() -> SimulatedPlatform.fromPem(pem))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .doesNotContain("hunter2");
    }
  }

  @Test
  void refusesToSignWhatItCouldNotRead() {
    assertThatThrownBy(() -> platform.quote(reportData, "Upper", NOW))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> platform.quote(Bytes.copyOf(new byte[63]), MEASUREMENT, NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void signsTimesFrom1970To9999AndRefusesOthersBothWays() {
    Instant last = Instant.parse("9999-12-31T23:59:59.999Z");
    for (Instant good : List.of(Instant.EPOCH, last)) {
      assertThat(verified(verifier.verify(platform.quote(reportData, MEASUREMENT, good), NOW)))
          .extracting(claims -> claims.producedAt().orElseThrow())
          .isEqualTo(good);
    }
    for (Instant bad : List.of(Instant.EPOCH.minusMillis(1), last.plusMillis(1))) {
      assertThatThrownBy(() -> platform.quote(reportData, MEASUREMENT, bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("produced at must lie in 1970 to 9999");
      byte[] body = evidence.body().toArray();
      ByteBuffer.wrap(body).putLong(16, bad.toEpochMilli());
      assertThat(verify(body)).isEqualTo(malformed("produced at must lie in 1970 to 9999"));
    }
  }

  @Test
  void saysWhatIsWrongWithItsForm() {
    byte[] good = evidence.body().toArray();
    byte[] version = good.clone();
    version[0] = 2;
    assertThat(verify(version)).isEqualTo(malformed("version must be 1, was 2"));
    byte[] tag = good.clone();
    tag[1] = 'H';
    assertThat(verify(tag)).isEqualTo(malformed("it is not tagged hanse-simulated"));
    assertThat(verify(new byte[184])).isEqualTo(malformed("it is truncated, 184 bytes"));
    byte[] empty = Arrays.copyOf(good, 185);
    empty[120] = 0;
    assertThat(verify(empty))
        .isEqualTo(malformed("a measurement has 1 to 128 of a-z 0-9 . : _ + -, was \"\""));
    byte[] longer = good.clone();
    longer[120]++;
    assertThat(verify(longer))
        .isEqualTo(malformed("its length of 196 does not fit its measurement of 12"));
  }

  @Test
  void namesAPlatformByItsKeysDigestAndNothingElse() {
    assertThat(platform).hasToString("simulated platform " + platform.root().sha256().hex());
  }

  private static Verification malformed(String problem) {
    return new Verification.Refused(new Refusal.EvidenceMalformed(problem));
  }

  private Verification verify(byte[] body) {
    return verifier.verify(new Evidence("simulated", Bytes.copyOf(body)), NOW);
  }

  private static VerifiedClaims verified(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return ((Verification.Verified) verification).claims();
  }

  private static String code(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    return ((Verification.Refused) verification).refusal().code();
  }
}
