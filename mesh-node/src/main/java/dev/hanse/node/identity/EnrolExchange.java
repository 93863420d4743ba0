package dev.hanse.node.identity;

import com.google.protobuf.ByteString;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Role;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.enroll.v1.NodeClaims;
import dev.hanse.api.enroll.v1.Refusal;
import dev.hanse.api.enroll.v1.TpmKeys;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.ReportData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** What a node says and believes in an enrolment. Blocking. */
final class EnrolExchange {
  private static final int NONCE_BYTES = 32;

  private final Joining joining;
  private final KeySource keys;
  private final EvidenceCollector collector;
  private final InstantSource clock;

  EnrolExchange(Joining joining, KeySource keys, EvidenceCollector collector, InstantSource clock) {
    this.joining = joining;
    this.keys = keys;
    this.collector = collector;
    this.clock = clock;
  }

  KeyPair newKey() throws IOException {
    return keys.next();
  }

  /** What is asked for a challenge to {@code key}: its public half, and the machine's TPM. */
  ChallengeRequest ask(KeyPair key) throws IOException {
    ChallengeRequest.Builder request =
        ChallengeRequest.newBuilder()
            .setPublicKeySpki(ByteString.copyFrom(key.getPublic().getEncoded()));
    collector
        .tpm()
        .ifPresent(tpm -> {
          TpmKeys.Builder keysOfTpm =
              TpmKeys.newBuilder()
                  .setEkPublic(proto(tpm.endorsementKey()))
                  .setEkCertificateDer(proto(tpm.endorsementCertificate()))
                  .setAkPublic(proto(tpm.attestationKey()));
          tpm.intermediates().forEach(der -> keysOfTpm.addEkIntermediatesDer(proto(der)));
          request.setTpm(keysOfTpm);
        });
    return request.build();
  }

  /** Evidence and request for a challenge to {@code key}. */
  EnrollRequest answer(KeyPair key, ChallengeResponse challenge, String joinToken)
      throws IOException {
    if (challenge.getNonce().size() != NONCE_BYTES) {
      throw new IOException(
          "the control plane's nonce has " + challenge.getNonce().size() + " bytes, not 32");
    }
    Bytes reportData =
        ReportData.of(
            Bytes.copyOf(challenge.getNonce().toByteArray()),
            Bytes.copyOf(key.getPublic().getEncoded()),
            joining.claims());
    List<Evidence> parts = collector.collect(reportData);
    if (parts.isEmpty()) {
      throw new IOException("this machine gave no evidence");
    }
    EnrollRequest.Builder request =
        EnrollRequest.newBuilder()
            .setChallengeId(challenge.getChallengeId())
            .setCsrDer(ByteString.copyFrom(certificateRequest(key)))
            .setClaims(claims())
            .setEvidence(proto(parts.getFirst()))
            .setJoinToken(joinToken);
    parts.stream().skip(1).forEach(part -> request.addFurtherEvidence(proto(part)));
    if (challenge.hasCredential()) {
      request.setActivationSecret(
          proto(
              collector.activate(
                  Bytes.copyOf(challenge.getCredential().getCredentialBlob().toByteArray()),
                  Bytes.copyOf(challenge.getCredential().getEncryptedSecret().toByteArray()))));
    }
    return request.build();
  }

  private static dev.hanse.api.enroll.v1.Evidence proto(Evidence part) {
    dev.hanse.api.enroll.v1.Evidence.Builder message =
        dev.hanse.api.enroll.v1.Evidence.newBuilder()
            .setTechnology(part.technology())
            .setBody(proto(part.body()));
    part.collateral().forEach(piece -> message.addCollateral(proto(piece)));
    return message.build();
  }

  private static ByteString proto(Bytes bytes) {
    return ByteString.copyFrom(bytes.toArray());
  }

  /**
   * Checks what the control plane answered: the certificate must be of this key, lead to a root
   * known before, and name this node and no other.
   */
  Enrolled accept(KeyPair key, EnrollResponse response) throws IOException {
    return switch (response.getOutcomeCase()) {
      case IDENTITY -> accepted(key, response.getIdentity());
      case REFUSAL -> {
        Refusal refusal = response.getRefusal();
        yield new Enrolled.Refused(
            refusal.getCode(),
            refusal.getMessage(),
            Duration.ofMillis(Math.max(0, refusal.getRetryAfterMillis())));
      }
      case OUTCOME_NOT_SET -> throw new IOException("the control plane answered nothing");
    };
  }

  private Enrolled accepted(KeyPair key, Identity issued) throws IOException {
    try {
      MeshIdentity identity =
          new MeshIdentity(
              key.getPrivate(),
              certificates(issued.getCertificateChainDerList()),
              roots(issued.getTrustBundleDerList()));
      if (!(identity.self() instanceof PeerIdentity.Node node)
          || !node.id().equals(joining.id())
          || !node.region().equals(joining.region())
          || !node.roles().equals(joining.roles())) {
        throw new IOException(
            "the control plane issued " + identity.self() + " to a node " + joining);
      }
      return new Enrolled.Accepted(
          identity,
          renewAt(issued, identity.notAfter()),
          new AttestationSummary(
              issued.getAttestation().getTechnology(),
              levelOf(issued),
              Instant.ofEpochMilli(issued.getAttestation().getAppraisedAtEpochMillis()),
              Instant.ofEpochMilli(issued.getAttestation().getExpiresAtEpochMillis())));
    } catch (IllegalArgumentException | CertificateException wrong) {
      throw new IOException(
          "the control plane issued an identity that does not hold: " + wrong.getMessage(), wrong);
    }
  }

  private List<X509Certificate> roots(List<ByteString> sent)
      throws CertificateException, IOException {
    List<X509Certificate> offered = certificates(sent);
    return switch (joining.trust()) {
      case Trust.Bundle(var roots) -> TrustBundle.widened(roots, offered, clock.instant());
      case Trust.Pin(var sha256) -> {
        String pin = sha256.strip().toLowerCase(Locale.ROOT).replace(":", "");
        for (X509Certificate root : offered) {
          if (Bytes.copyOf(root.getEncoded()).sha256().hex().equals(pin)) {
            yield TrustBundle.widened(List.of(root), offered, clock.instant());
          }
        }
        throw new IOException("the control plane did not send the root of fingerprint " + pin);
      }
    };
  }

  private static List<X509Certificate> certificates(List<ByteString> der)
      throws CertificateException {
    if (der.size() > 8) {
      throw new CertificateException(der.size() + " certificates are too many");
    }
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (ByteString one : der) {
      if (factory.generateCertificate(new ByteArrayInputStream(one.toByteArray()))
          instanceof X509Certificate certificate) {
        certificates.add(certificate);
      }
    }
    return certificates;
  }

  /** The control plane's advice where it makes sense, else two thirds of what is left. */
  private Instant renewAt(Identity issued, Instant notAfter) {
    Instant now = clock.instant();
    Instant advised = Instant.ofEpochMilli(issued.getRenewAtEpochMillis());
    return advised.isAfter(now) && advised.isBefore(notAfter)
        ? advised
        : now.plus(Duration.between(now, notAfter).multipliedBy(2).dividedBy(3));
  }

  private NodeClaims claims() {
    NodeClaims.Builder claims =
        NodeClaims.newBuilder()
            .setProvider(joining.id().provider())
            .setName(joining.id().name())
            .setRegion(joining.region().value())
            .setAdvertisedHost(joining.advertised().host())
            .setAdvertisedPort(joining.advertised().port());
    for (Role role : joining.roles()) {
      claims.addRoles(
          switch (role) {
            case EDGE -> dev.hanse.api.enroll.v1.Role.ROLE_EDGE;
            case PROVIDER -> dev.hanse.api.enroll.v1.Role.ROLE_PROVIDER;
            case CONTROL -> dev.hanse.api.enroll.v1.Role.ROLE_CONTROL;
          });
    }
    return claims.build();
  }

  private static AttestationLevel levelOf(Identity issued) {
    return switch (issued.getAttestation().getLevel()) {
      case ATTESTATION_LEVEL_SIMULATED -> AttestationLevel.SIMULATED;
      case ATTESTATION_LEVEL_TPM -> AttestationLevel.TPM;
      case ATTESTATION_LEVEL_TEE -> AttestationLevel.TEE;
      case ATTESTATION_LEVEL_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("attestation.level is unknown");
    };
  }

  /** The issuer names the subject: the request only proves the key. */
  private static byte[] certificateRequest(KeyPair key) throws IOException {
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=node"), key.getPublic())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException broken) {
      throw new IOException("the certificate request cannot be signed", broken);
    }
  }
}
