package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.statement;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.policy.CheckList;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.DEROctetString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutants of everything that is read of a TDX platform: refused, or they say the same. */
@Tag("fuzz")
class TdxFuzzTest {
  private final TdxForge forge = new TdxForge();
  private final TdxVerifier verifier = forge.verifier();

  @Test
  void mutantsOfAQuoteOfVersion4AreRefusedOrStateTheSame() {
    refusedOrTheSame(42, forge);
  }

  @Test
  void mutantsOfAQuoteOfVersion5AreRefusedOrStateTheSame() {
    refusedOrTheSame(46, TdxForge.later());
  }

  @Test
  void mutantsOfCollateralAreRefusedOrSayTheSame() throws Rejection {
    SignedQuote quote = SignedQuote.verify(forge.quote(), forge.anchors(), TdxForge.AT);
    Optional<Said> genuine = said(quote, forge.collateral());

    Fuzz.mutants(
        43,
        List.of(forge.collateral()),
        bundle -> said(quote, bundle).isPresent(),
        bundle -> said(quote, bundle).equals(genuine));
  }

  @Test
  void mutantsOfTcbInfoAreReadOrRefused() {
    Fuzz.mutants(
        44,
        List.of(TdxForge.ascii(forge.tcbInfo)),
        reads(document -> TcbInfo.read(document)),
        document -> true);
  }

  @Test
  void mutantsOfAQeIdentityAreReadOrRefused() {
    Fuzz.mutants(
        47,
        List.of(TdxForge.ascii(forge.qeIdentity)),
        reads(document -> QeIdentity.read(document)),
        document -> true);
  }

  @Test
  void mutantsOfAPlatformsExtensionAreReadOrRefused() {
    Fuzz.mutants(
        45,
        List.of(forge.extension()),
        reads(content ->
            PckPlatform.read(
                PckItems.ofExtension(
                    TdxForge.der(new DEROctetString(content.toArray())).toArray()))),
        content -> true);
  }

  @Test
  void mutantsOfALogNeverSaySecureBootWasOnWhereItWasOff() {
    ForgedCcel off = ForgedCcel.booted(false);
    TdxStatement quoted = statement(off.forge().verify());
    TdxRules rules = TdxRules.strict().requiringEventLog(false);

    Fuzz.mutants(
        48,
        List.of(off.toBytes()),
        log -> {
          CheckList checks = new CheckList();
          with(quoted, log).ifPresent(stated -> rules.judge(stated, TdxForge.AT, checks));
          return !checks.checks().isEmpty() && checks.firstRefusal().isEmpty();
        },
        log ->
            with(quoted, log)
                .filter(stated -> "ON".equals(stated.facts().get("event-log-secure-boot")))
                .isEmpty());
  }

  @Test
  void mutantsOfALogsMemoryAreALogOrRefused() {
    byte[] memory = Arrays.copyOf(ForgedCcel.booted(true).toBytes().toArray(), 4096);

    Fuzz.mutants(
        49, List.of(Bytes.copyOf(memory)), reads(content -> Ccel.within(content)), log -> true);
  }

  private static Optional<TdxStatement> with(TdxStatement quoted, Bytes log) {
    try {
      return Optional.of(quoted.with(Optional.of(Ccel.read(log))));
    } catch (Rejection refused) {
      return Optional.empty();
    }
  }

  private void refusedOrTheSame(long seed, TdxForge good) {
    TdxStatement stated = statement(verify(good.quote()));

    Fuzz.mutants(
        seed,
        List.of(good.quote()),
        quote -> verify(quote) instanceof Verification.Verified,
        quote -> statement(verify(quote)).equals(stated));
  }

  private Verification verify(Bytes quote) {
    return verifier.verify(TdxForge.evidence(quote), TdxForge.AT);
  }

  /** What collateral comes to for one platform. */
  private record Said(TcbEvaluation tcb, Instant until, Instant listUntil) {}

  private Optional<Said> said(SignedQuote quote, Bytes bundle) {
    try {
      TdxCollateral collateral =
          TdxCollateral.verify(bundle, quote.chain(), forge.anchors(), TdxForge.AT);
      return Optional.of(
          new Said(
              TcbEvaluation.of(quote, collateral),
              collateral.validUntil(),
              collateral.revoked().nextUpdate()));
    } catch (Rejection refused) {
      return Optional.empty();
    }
  }

  /** Something that reads bytes or refuses them. */
  private interface Reading {
    Object of(Bytes content) throws Rejection;
  }

  private static Predicate<Bytes> reads(Reading reading) {
    return content -> {
      try {
        reading.of(content);
        return true;
      } catch (Rejection refused) {
        return false;
      }
    };
  }
}
