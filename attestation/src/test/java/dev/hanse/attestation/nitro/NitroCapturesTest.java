package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.vectors.SharedVectors;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Genuine documents, changed in one place each; skipped where they are not beside the clone. */
class NitroCapturesTest {
  private static final Path REAL = SharedVectors.folder("aws-nitro").resolve("real");
  private static final Instant MADE = Instant.parse("2021-03-17T22:01:55.685Z");
  private static final NitroVerifier PRODUCTION = NitroVerifier.production();

  @BeforeAll
  static void needsTheCaptures() {
    assumeTrue(Files.isDirectory(REAL), "shared vectors of aws-nitro are not here");
  }

  @Test
  void pinsTheRootAwsPublishes() throws Exception {
    Bytes pem = Bytes.copyOf(Files.readAllBytes(REAL.resolve("aws_nitro_root_g1.pem")));

    assertThat(Anchors.fingerprint(Certificates.ofPem(pem).getFirst()))
        .isEqualTo(NitroVerifier.ROOT_G1);
  }

  @Test
  void takesTheGenuineDocumentForThreeHours() throws IOException {
    assertThat(outcome(document(), MADE)).isEqualTo(Outcome.OK);
    assertThat(outcome(document(), Instant.parse("2021-03-18T01:01:55Z"))).isEqualTo(Outcome.OK);
    assertThat(outcome(document(), Instant.parse("2021-03-18T01:01:56Z")))
        .isEqualTo("CRYPTO CERT_EXPIRED");
  }

  @Test
  void refusesTheGenuineDocumentChanged() throws IOException {
    byte[] good = document();
    for (int at : new int[] {104, 77, 932, 1000, 1400, good.length - 1}) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      assertThat(outcome(changed, MADE))
          .as("byte %d", at)
          .matches("PARSE .*|CRYPTO (SIGNATURE|KEY)");
    }
    byte[] pcr = good.clone();
    pcr[104] ^= 1;
    assertThat(outcome(pcr, MADE)).isEqualTo("CRYPTO SIGNATURE");
  }

  @Test
  void refusesTheGenuineDocumentWithAnotherHead() throws IOException {
    assertThat(outcome(replaced("a1013822", "a10126f6"), MADE)).isEqualTo("PARSE ALG");
    assertThat(outcome(replaced("44a1013822", "41a0"), MADE)).isEqualTo("PARSE ALG");
    assertThat(outcome(replaced("5910be", "5bffffffffffffffff"), MADE)).isEqualTo("PARSE LENGTH");
    assertThat(outcome(replaced("5910be", "5f"), MADE)).isEqualTo("PARSE LENGTH");
  }

  private static byte[] document() throws IOException {
    return Files.readAllBytes(REAL.resolve("prod-2021.cbor"));
  }

  private static byte[] replaced(String hex, String by) throws IOException {
    String all = HexFormat.of().formatHex(document());
    int at = all.indexOf(hex);
    return HexFormat.of().parseHex(all.substring(0, at) + by + all.substring(at + hex.length()));
  }

  private static String outcome(byte[] document, Instant at) {
    return Outcome.of(PRODUCTION.verify(NitroForge.evidence(Bytes.copyOf(document)), at));
  }
}
