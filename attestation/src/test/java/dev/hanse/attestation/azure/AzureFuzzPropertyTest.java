package dev.hanse.attestation.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.hostile.Mutations;
import dev.hanse.attestation.tpm.ForgedTpm;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Mutants of a whole body, of the HCL report alone, and of runtime data in a report of its size.
 */
@Tag("fuzz")
class AzureFuzzPropertyTest {
  /** A rebound mutant is signed and verified anew: a tenth of the others' number. */
  private static final int REBOUND_OF = 10;

  /** Without a revocation list: that is the store's, and no attacker's to make costly. */
  @Test
  void noMutantOfAnSnpMachinesEvidenceSaysSomethingElse() throws Exception {
    AzureForge forge = AzureForge.onSnp();

    mutateWhole(61, forge, AzureVerifier.onSnp(forge.snpMachine.verifierWithoutList()));
  }

  @Test
  void noMutantOfATdxMachinesEvidenceSaysSomethingElse() throws Exception {
    AzureForge forge = AzureForge.onTdx();

    mutateWhole(62, forge, forge.verifier());
  }

  private static void mutateWhole(long seed, AzureForge forge, AzureVerifier verifier)
      throws Exception {
    Bytes good = forge.body().toBytes();
    List<Bytes> beside = forge.certificates();
    VerifiedClaims claims =
        AzureVerifierTest.accepted(
            verifier.verify(new Evidence(forge.technology(), good, beside), AzureForge.AT));
    Fuzz.mutants(
        seed,
        List.of(good),
        body ->
            verifier.verify(new Evidence(forge.technology(), body, beside), AzureForge.AT)
                instanceof Verification.Verified,
        mutant ->
            verifier.verify(new Evidence(forge.technology(), mutant, beside), AzureForge.AT)
                    instanceof Verification.Verified(var changed)
                && changed.bound().equals(claims.bound())
                && changed.statement().facts().equals(claims.statement().facts()));
  }

  /** What is read of a mutant is not believed: its digest is not the one in the TEE's report. */
  @Test
  void anyHclReportIsReadOrRefusedByType() {
    Fuzz.mutants(
        63,
        List.of(AzureForge.onSnp().hclReport(), AzureForge.onTdx().hclReport()),
        AzureFuzzPropertyTest::isRead,
        mutant -> true);
  }

  @Test
  void anyRuntimeDataIsReadOrRefusedByType() {
    Predicate<Bytes> isRead = json -> isRead(framed(json));

    Fuzz.mutants(
        64,
        List.of(Bytes.copyOf(AzureForge.onSnp().runtime.getBytes(UTF_8))),
        isRead,
        mutant -> true);
  }

  /** A report that vouches for changed runtime data counts for the key it names and no other. */
  @Test
  void reboundRuntimeDataIsAcceptedForItsOwnKeyAlone() throws Exception {
    AzureForge forge = AzureForge.onTdx();
    AzureVerifier verifier = forge.verifier();
    Bytes good = Bytes.copyOf(forge.runtime.getBytes(UTF_8));
    TpmEvidence quote = forge.quote();
    Mutations mutations = new Mutations(65);
    int rebound = Integer.getInteger("hanse.fuzz.executions", 3_000) / REBOUND_OF;
    int accepted = 0;
    for (int i = 0; i < rebound; i++) {
      Bytes mutant = mutations.of(good);
      byte[] digest = Arrays.copyOf(mutant.sha256().toArray(), 64);
      AzureEvidence body =
          new AzureEvidence(framed(mutant, 4), forge.tdxMachine.quote(Bytes.copyOf(digest)), quote);
      Verification verification = verifier.verify(forge.evidence(body.toBytes()), AzureForge.AT);
      if (verification instanceof Verification.Verified(var claims)) {
        accepted++;
        assertThat(claims.bound()).containsEntry(Bound.NONCE, forge.extraData);
        assertThat(claims.statement().facts())
            .as("mutant %d", i)
            .containsEntry(
                "vtpm-ak-name", Bytes.copyOf(ForgedTpm.modulus().toByteArray()).sha256().hex());
      }
    }
    assertThat(accepted).as("changes outside the key are the TEE's own word").isPositive();
  }

  private static boolean isRead(Bytes hcl) {
    try {
      return HclReport.read(hcl).key().bytes() >= 256;
    } catch (Rejection malformed) {
      return false;
    }
  }

  private static Bytes framed(Bytes json) {
    return framed(json, 2);
  }

  /** A report whose sizes are right for this runtime data. */
  private static Bytes framed(Bytes json, int type) {
    ByteBuffer out =
        ByteBuffer.allocate(AzureForge.JSON_AT + json.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x414C4348).putInt(2).putInt(AzureForge.JSON_AT + json.size()).putInt(2);
    out.position(0x4c0).putInt(20 + json.size()).putInt(1).putInt(type).putInt(1);
    return Bytes.copyOf(out.putInt(json.size()).put(json.toArray()).array());
  }
}
