package dev.hanse.control.workflow;

import dev.hanse.api.Revocation;
import dev.hanse.api.Revocations;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.Activation;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.Challenge;
import dev.hanse.attestation.challenge.Challenges;
import dev.hanse.attestation.challenge.Issue;
import dev.hanse.attestation.challenge.Redemption;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.attestation.x509.CertificateRequest;
import dev.hanse.attestation.x509.SubjectKey;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.identity.JoinRights;
import dev.hanse.control.identity.RegionAuthority;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How a machine becomes a member: challenge → evidence → appraisal → right to the name → identity.
 *
 * <p>Each step either hands on or refuses; nothing is issued but on an {@link Appraisal.Accepted}
 * about the very nonce, key and claims of this exchange. A challenge is used up by its first
 * answer, good or bad. Renewal is the same exchange with fresh evidence; a current identity then
 * stands in for the join token, and the name must stay the same.
 *
 * <p>CPU work of a few milliseconds, no I/O: for a worker thread. Safe for many of them.
 */
public final class Enrolment {
  private final RegionAuthority authority;
  private final Challenges challenges;
  private final Supplier<Trust> trust;
  private final Activations activations;
  private final Supplier<Revocations> revocations;
  private final JoinRights joinRights;
  private final AddressRate rate;
  private final InstantSource clock;

  public Enrolment(
      RegionAuthority authority,
      Challenges challenges,
      Appraiser appraiser,
      JoinRights joinRights,
      AddressRate rate,
      InstantSource clock) {
    this(
        authority,
        challenges,
        () -> new Trust(0, appraiser),
        Activations.NONE,
        () -> Revocations.NONE,
        joinRights,
        rate,
        clock);
  }

  /**
   * As above, for a region whose nodes may have TPMs, and whose trust changes while it runs.
   *
   * @param trust the one in force, asked for with each answer
   * @param revocations what is revoked now
   */
  public Enrolment(
      RegionAuthority authority,
      Challenges challenges,
      Supplier<Trust> trust,
      Activations activations,
      Supplier<Revocations> revocations,
      JoinRights joinRights,
      AddressRate rate,
      InstantSource clock) {
    this.activations = activations;
    this.revocations = revocations;
    this.authority = authority;
    this.challenges = challenges;
    this.trust = trust;
    this.joinRights = joinRights;
    this.rate = rate;
    this.clock = clock;
  }

  /**
   * Issues a challenge.
   *
   * @param spki DER SubjectPublicKeyInfo of the key that will answer
   * @param tpm the keys of the TPM whose quote will come; empty for a node without
   * @param address whom to count it against
   */
  public Challenged challenge(Bytes spki, Optional<TpmKeys> tpm, String address) {
    Instant now = clock.instant();
    Optional<Duration> wait = rate.take(address, now);
    if (wait.isPresent()) {
      return new Challenged.Refused(new Refusal.RateLimited(wait.get()));
    }
    SubjectKey key;
    try {
      key = SubjectKey.read(spki);
    } catch (IllegalArgumentException unsupported) {
      return new Challenged.Refused(
          new Refusal.KeyUnsupported(String.valueOf(unsupported.getMessage())));
    }
    if (tpm.isEmpty()) {
      return issued(challenges.issue(key.spki(), now), Optional.empty());
    }
    if (!tpm.get().isBounded()) {
      return new Challenged.Refused(
          new Refusal.Activation("a TPM's keys and certificates have 1 to 4096 bytes each"));
    }
    return switch (activations.begin(tpm.get(), now)) {
      case Activations.Outcome.Refused(var refusal) -> new Challenged.Refused(refusal);
      case Activations.Outcome.Begun(var credential, var activation) ->
          issued(
              challenges.issue(key.spki(), Optional.of(activation), now), Optional.of(credential));
    };
  }

  private static Challenged issued(Issue issue, Optional<Activations.Credential> credential) {
    return switch (issue) {
      case Issue.Issued(var challenge) -> new Challenged.Issued(challenge, credential);
      case Issue.Refused(var refusal) -> new Challenged.Refused(refusal);
    };
  }

  /**
   * Judges an answer and issues.
   *
   * @param current who the connection's certificate proves the caller to be, if it showed one
   */
  public EnrolmentOutcome enrol(EnrolmentRequest request, Optional<PeerIdentity> current) {
    Instant now = clock.instant();
    return switch (challenges.redeem(request.challengeId(), now)) {
      case Redemption.Refused(var refusal) -> refused(refusal);
      case Redemption.Redeemed(var challenge) ->
          switch (CertificateRequest.read(request.certificateRequest())) {
            case CertificateRequest.Reading.Refused(var refusal) -> refused(refusal);
            case CertificateRequest.Reading.Proved(var proved) ->
                answered(challenge, proved.key(), request, current, now);
          };
    };
  }

  private EnrolmentOutcome answered(
      Challenge challenge,
      SubjectKey key,
      EnrolmentRequest request,
      Optional<PeerIdentity> current,
      Instant now) {
    if (!key.digest().equals(challenge.keyDigest())) {
      return refused(new Refusal.KeyMismatch());
    }
    PeerIdentity.Node node;
    try {
      node = authority.nodeOf(request.claims());
    } catch (IllegalArgumentException impossible) {
      return refused(new Refusal.ClaimsMismatch(String.valueOf(impossible.getMessage())));
    }
    Optional<Revocation> banned = revocations.get().of(Revocation.Kind.NODE, node.id().toString());
    if (banned.isPresent()) {
      return refused(new Refusal.Revoked("node " + node.id()));
    }
    Optional<Refusal> notEntitled = entitled(node, request.joinToken(), current);
    if (notEntitled.isPresent()) {
      return refused(notEntitled.get());
    }
    Optional<String> tooMuch = EvidenceParts.objection(request.evidence());
    if (tooMuch.isPresent()) {
      return refused(new Refusal.EvidenceMalformed(tooMuch.get()));
    }
    Optional<Refusal> notActivated = activation(challenge, request, now);
    return notActivated.isPresent()
        ? refused(notActivated.get())
        : appraised(new Binding(challenge.nonce(), key, request.claims()), request, now);
  }

  /**
   * Whether every TPM quote is of a key that was proved to live in the TPM of its endorsement: by
   * this challenge's own secret, read by that TPM.
   */
  private Optional<Refusal> activation(Challenge challenge, EnrolmentRequest request, Instant now) {
    Optional<Activation> asked = challenge.activation();
    if (asked.isPresent() && !asked.get().isProvedBy(request.activationSecret(), now)) {
      return Optional.of(
          new Refusal.Activation("the secret is not what the TPM of these keys would have read"));
    }
    for (Evidence part : request.evidence()) {
      if (!activations.isNeededFor(part.technology())) {
        continue;
      }
      if (asked.isEmpty()) {
        return Optional.of(
            new Refusal.Activation("a TPM quote needs a challenge that named the TPM's keys"));
      }
      if (!activations.isQuotedBy(part, asked.get().attestationKey())) {
        return Optional.of(
            new Refusal.Activation("the quote is of another key than the one activated"));
      }
    }
    return Optional.empty();
  }

  /** Every part, over one report data: parts of two exchanges, keys or nodes never combine. */
  private EnrolmentOutcome appraised(Binding binding, EnrolmentRequest request, Instant now) {
    Trust by = trust.get();
    return switch (by.appraiser().appraise(request.evidence(), binding.reportData(), now)) {
      case Appraisal.Refused(var refusal, var checks) -> refused(refusal);
      case Appraisal.Accepted(var result) -> issued(binding, result, request.evidence(), by);
    };
  }

  private EnrolmentOutcome issued(
      Binding binding, AttestationResult result, List<Evidence> evidence, Trust by) {
    IssuedIdentity issued = authority.issue(binding, result);
    Revocations now = revocations.get();
    Optional<Revocation> withdrawn =
        now.against(
                issued.node().id(),
                issued.stamp().summary().technology(),
                issued.stamp().policy(),
                issued.stamp().evidenceDigest())
            .or(() -> againstParts(result, now));
    return withdrawn
        .map(found ->
            refused(
                new Refusal.Revoked(
                    found.kind().name().toLowerCase(Locale.ROOT) + " " + found.value())))
        .orElseGet(() ->
            new EnrolmentOutcome.Enrolled(
                issued,
                new Certified(
                    binding,
                    issued.stamp().evidenceDigest(),
                    issued.stamp().policy(),
                    new Transcript(
                        evidence, result.reportData(), result.appraisedAt(), issued.notAfter())),
                by.revision()));
  }

  /** Each part's own technology, digest and facts. */
  private static Optional<Revocation> againstParts(AttestationResult result, Revocations now) {
    return result.parts().stream()
        .flatMap(part ->
            Stream.of(
                    now.of(Revocation.Kind.TECHNOLOGY, part.technology()),
                    now.of(Revocation.Kind.RESULT, part.evidenceDigest().hex()),
                    now.againstFacts(part.facts()))
                .flatMap(Optional::stream))
        .findFirst();
  }

  /** Whether the caller may have this name: by a token of its provider, or by having it already. */
  private Optional<Refusal> entitled(
      PeerIdentity.Node node, String joinToken, Optional<PeerIdentity> current) {
    if (!joinToken.isEmpty()) {
      Optional<String> provider = joinRights.providerOf(joinToken);
      if (provider.isEmpty()) {
        return Optional.of(new Refusal.JoinTokenInvalid());
      }
      return provider.get().equals(node.id().provider())
          ? Optional.empty()
          : Optional.of(new Refusal.ClaimsMismatch("the join token belongs to another provider"));
    }
    if (current.isEmpty()) {
      return Optional.of(new Refusal.JoinTokenInvalid());
    }
    return current.get().equals(node)
        ? Optional.empty()
        : Optional.of(
            new Refusal.ClaimsMismatch(
                "a renewal keeps its name, region and roles: "
                    + current.get().spiffeId()
                    + " asked to be "
                    + node));
  }

  private static EnrolmentOutcome refused(Refusal refusal) {
    return new EnrolmentOutcome.Refused(refusal);
  }
}
