package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Codes are an interface to machines, messages to people: neither changes unnoticed. */
class RefusalTest {
  private static final Duration FIVE = Duration.ofMillis(5_250);

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of(
            new Refusal.NonceUnknown(),
            "nonce-unknown",
            "no such open challenge: a challenge is used once; ask for a new one"),
        Arguments.of(
            new Refusal.NonceExpired(Instant.EPOCH),
            "nonce-expired",
            "the challenge expired at 1970-01-01T00:00:00Z; ask for a new one"),
        Arguments.of(
            new Refusal.KeyMismatch(),
            "key-mismatch",
            "the request's key is not the key the challenge was issued to"),
        Arguments.of(
            new Refusal.KeyUnsupported("RSA"),
            "key-unsupported",
            "RSA; use a P-256, P-384 or Ed25519 key"),
        Arguments.of(new Refusal.RequestInvalid("no proof"), "csr-invalid", "no proof"),
        Arguments.of(
            new Refusal.EvidenceExpired(FIVE, Duration.ofSeconds(3)),
            "evidence-expired",
            "evidence is 5 s old, at most 3 s are accepted; collect it anew and check the node's"
                + " clock"),
        Arguments.of(
            new Refusal.EvidenceFromFuture(FIVE),
            "evidence-from-future",
            "evidence is dated 5 s ahead; check the node's clock"),
        Arguments.of(
            new Refusal.EvidenceMalformed("cut"),
            "evidence-malformed",
            "evidence cannot be read: cut"),
        Arguments.of(
            new Refusal.Rejected(Stage.POLICY, Reason.TCB_BELOW_FLOOR, "too old"),
            "tcb-below-floor",
            "too old"),
        Arguments.of(
            new Refusal.TechnologyNotAllowed("x", Set.of("b", "a")),
            "technology-not-allowed",
            "evidence of technology \"x\" is not accepted here, allowed are [a, b]"),
        Arguments.of(
            new Refusal.AnchorUnknown(Bytes.ofHex("0f")),
            "anchor-unknown",
            "evidence is signed by 0f, which is not a configured root"),
        Arguments.of(
            new Refusal.SignatureInvalid("quote"),
            "signature-invalid",
            "the signature of the quote does not hold"),
        Arguments.of(
            new Refusal.ReportDataMismatch(),
            "report-data-mismatch",
            "evidence was made for another nonce, key or set of claims"),
        Arguments.of(new Refusal.ClaimsMismatch("no"), "claims-mismatch", "no"),
        Arguments.of(
            new Refusal.JoinTokenInvalid(),
            "join-token-invalid",
            "the join token is unknown, expired or missing; ask the region's operator for one, or"
                + " renew over mTLS with a current identity"),
        Arguments.of(new Refusal.Activation("wrong secret"), "activation", "wrong secret"),
        Arguments.of(
            new Refusal.Revoked("node n"),
            "revoked",
            "node n is revoked in this mesh; ask its operators"),
        Arguments.of(
            new Refusal.ChallengesFull(FIVE),
            "challenges-full",
            "too many challenges are open; try again after 5250 ms"),
        Arguments.of(
            new Refusal.RateLimited(FIVE),
            "rate-limited",
            "this address asks too often; try again after 5250 ms"),
        Arguments.of(
            new Refusal.MeshFull(FIVE),
            "mesh-full",
            "the region has as many members as it may; try again after 5250 ms"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void hasItsCodeAndSaysWhatFailed(Refusal refusal, String code, String message) {
    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.message()).isEqualTo(message);
  }

  @Test
  void onlyWhatPassesByItselfMayBeTriedAgainUnchanged() {
    assertThat(
            refusals()
                .map(arguments -> (Refusal) arguments.get()[0])
                .filter(refusal -> refusal.retryAfter().isPositive())
                .map(Refusal::code))
        .containsExactly("challenges-full", "rate-limited", "mesh-full");
    assertThat(new Refusal.MeshFull(FIVE).retryAfter()).isEqualTo(FIVE);
  }

  @Test
  void repeatsNoMoreOfAnUnknownTechnologyThanAName() {
    assertThat(new Refusal.TechnologyNotAllowed("y".repeat(64), Set.of()).technology()).hasSize(64);
    assertThat(new Refusal.TechnologyNotAllowed("y".repeat(65), Set.of()).technology())
        .isEqualTo("y".repeat(64));
  }

  @ParameterizedTest
  @EnumSource(Bound.class)
  void aBoundFieldThatHoldsSomethingElseHasAReason(Bound bound) {
    assertThat(bound.mismatch())
        .isEqualTo(
            switch (bound) {
              case REPORT_DATA -> Reason.REPORT_DATA_MISMATCH;
              case NONCE -> Reason.NONCE;
              case USER_DATA -> Reason.BINDING;
            });
  }
}
