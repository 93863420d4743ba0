package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutants of everything a node sends of its TPM; the log's are in its own room. */
@Tag("fuzz")
class TpmFuzzTest {
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  @Test
  void noMutantIsAcceptedAndNoneThrows() throws Exception {
    TpmForge forge = new TpmForge();
    TpmForge booted = TpmForge.booted();
    TpmEvidence good = booted.body();
    TpmVerifier verifier = knowing(forge);
    Fuzz.mutants(
        7,
        List.of(good.toBytes(), forge.body().toBytes()),
        body -> verifies(verifier, body),
        // The log is not signed: rules replay it.
        mutant -> {
          try {
            TpmEvidence read = TpmEvidence.read(mutant);
            return read.attest().equals(good.attest()) && read.pcrs().equals(good.pcrs());
          } catch (Rejection malformed) {
            return false;
          }
        });
  }

  /** What stands behind the signature is reached by signing anew what can be read at all. */
  @Test
  void aQuoteThatItsOwnKeySignedIsAcceptedOnlyIfItIsOfThisExchangeAndTheseRegisters()
      throws Exception {
    TpmForge forge = new TpmForge();
    forge.extraData = REPORT_DATA.sha256();
    TpmEvidence good = forge.body();
    Quote original = Quote.read(good.attest());
    Appraiser appraiser = appraiser(knowing(forge));
    Fuzz.mutants(
        71,
        List.of(good.attest()),
        attest ->
            appraiser.appraise(
                    new TpmEvidence(
                            attest,
                            resigned(forge, attest).orElse(good.signature()),
                            good.publicArea(),
                            good.pcrs(),
                            Optional.empty())
                        .toEvidence(),
                    REPORT_DATA,
                    Instant.EPOCH)
                instanceof Appraisal.Accepted,
        attest -> {
          try {
            Quote quote = Quote.read(attest);
            return quote.extraData().equals(original.extraData())
                && quote.pcrs().equals(original.pcrs())
                && quote.pcrDigest().equals(original.pcrDigest());
          } catch (Rejection malformed) {
            return false;
          }
        });
  }

  private static Optional<Bytes> resigned(TpmForge forge, Bytes attest) {
    try {
      Quote.read(attest);
      return Optional.of(forge.signature(attest));
    } catch (Rejection malformed) {
      return Optional.empty();
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  @Test
  void aSignatureIsAcceptedOnlyIfItsNumbersAreTheOriginals() throws Exception {
    for (SigningScheme scheme : SigningScheme.values()) {
      TpmForge forge = new TpmForge();
      forge.scheme = scheme;
      TpmEvidence good = forge.body();
      TpmKey key = TpmPublic.read(good.publicArea()).key();
      List<BigInteger> original = numbers(good.signature(), key);
      TpmVerifier verifier = knowing(forge);
      Fuzz.mutants(
          72 + scheme.code(),
          List.of(good.signature()),
          signature ->
              verifies(
                  verifier,
                  new TpmEvidence(
                          good.attest(),
                          signature,
                          good.publicArea(),
                          good.pcrs(),
                          Optional.empty())
                      .toBytes()),
          // A number may stand there with or without its leading zeros.
          signature -> numbers(signature, key).equals(original));
    }
  }

  private static List<BigInteger> numbers(Bytes signature, TpmKey key) {
    try {
      QuoteSignature read = QuoteSignature.read(signature, key, Optional.empty());
      return List.of(
          new BigInteger(1, read.first().toArray()), new BigInteger(1, read.second().toArray()));
    } catch (Rejection malformed) {
      return List.of();
    }
  }

  /** Every one that can be read has a name of its own, and names are what is believed. */
  @Test
  void anotherPublicAreaIsAnotherKey() throws Exception {
    TpmForge rsa = new TpmForge();
    rsa.scheme = SigningScheme.RSASSA;
    List<Bytes> areas =
        List.of(
            new TpmForge().publicArea(),
            rsa.publicArea(),
            TpmForge.endorsement(TpmForge.RSA),
            TpmForge.endorsement(TpmForge.ECC));
    List<Bytes> names = new ArrayList<>();
    for (Bytes area : areas) {
      names.add(TpmPublic.read(area).name());
    }
    Fuzz.mutants(
        76,
        areas,
        area -> name(area).isPresent(),
        area -> name(area).filter(names::contains).isEmpty());
  }

  private static Optional<Bytes> name(Bytes area) {
    try {
      return Optional.of(TpmPublic.read(area).name());
    } catch (Rejection malformed) {
      return Optional.empty();
    }
  }

  /** Selections by themselves, since in a quote their mutants mostly die on its digest. */
  @Test
  void anySelectionIsOneOfRegistersThatExistOrATypedRefusal() {
    Bytes good = Bytes.ofHex("00000002" + "000b03ff0081" + "000c03010000");
    Fuzz.mutants(
        77,
        List.of(good),
        bytes -> {
          try {
            return PcrSelection.readAll(new ByteReader(bytes)).stream()
                .allMatch(one -> one.pcrs().size() <= 24);
          } catch (Rejection malformed) {
            return false;
          }
        },
        mutant -> true);
  }

  private static TpmVerifier knowing(TpmForge forge) throws Exception {
    return new TpmVerifier(AttestationKeys.pinned(Set.of(forge.name())));
  }

  private static boolean verifies(TpmVerifier verifier, Bytes body) {
    return verifier.verify(new Evidence("tpm2", body), Instant.EPOCH)
        instanceof Verification.Verified;
  }

  private static Appraiser appraiser(TpmVerifier verifier) {
    return new Appraiser(
        List.of(verifier),
        new AppraisalPolicy(
            "fuzz",
            1,
            Set.of(TpmVerifier.TECHNOLOGY),
            List.of(TpmRules.strict()),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1)));
  }
}
