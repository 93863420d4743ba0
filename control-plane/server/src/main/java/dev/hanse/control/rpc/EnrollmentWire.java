package dev.hanse.control.rpc;

import com.google.protobuf.ByteString;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.Role;
import dev.hanse.api.enroll.v1.Attestation;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.Credential;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.workflow.Challenged;
import dev.hanse.control.workflow.EnrolmentRequest;
import dev.hanse.control.workflow.TpmKeys;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Enrolment between messages and records. */
final class EnrollmentWire {
  private EnrollmentWire() {}

  /** Roles nobody knows become a name no policy allows, so that they are refused as claims. */
  static EnrolmentRequest fromProto(EnrollRequest request) {
    Set<String> roles = new HashSet<>();
    for (dev.hanse.api.enroll.v1.Role role : request.getClaims().getRolesList()) {
      roles.add(
          switch (role) {
            case ROLE_EDGE -> PeerIdentity.unitOf(Role.EDGE);
            case ROLE_PROVIDER -> PeerIdentity.unitOf(Role.PROVIDER);
            case ROLE_CONTROL -> PeerIdentity.unitOf(Role.CONTROL);
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
          });
    }
    NodeClaims claims =
        new NodeClaims(
            request.getClaims().getProvider(),
            request.getClaims().getName(),
            request.getClaims().getRegion(),
            request.getClaims().getAdvertisedHost(),
            request.getClaims().getAdvertisedPort(),
            roles);
    return new EnrolmentRequest(
        request.getChallengeId(),
        Bytes.copyOf(request.getCsrDer().toByteArray()),
        claims,
        Stream.concat(Stream.of(request.getEvidence()), request.getFurtherEvidenceList().stream())
            .map(EnrollmentWire::fromProto)
            .toList(),
        bytes(request.getActivationSecret()),
        request.getJoinToken());
  }

  private static Evidence fromProto(dev.hanse.api.enroll.v1.Evidence part) {
    return new Evidence(
        part.getTechnology(),
        bytes(part.getBody()),
        part.getCollateralList().stream().map(EnrollmentWire::bytes).toList());
  }

  /** The TPM a challenge is asked for; empty where none is named. */
  static Optional<TpmKeys> tpmOf(ChallengeRequest request) {
    return request.hasTpm()
        ? Optional.of(
            new TpmKeys(
                bytes(request.getTpm().getEkPublic()),
                bytes(request.getTpm().getEkCertificateDer()),
                request.getTpm().getEkIntermediatesDerList().stream()
                    .map(EnrollmentWire::bytes)
                    .toList(),
                bytes(request.getTpm().getAkPublic())))
        : Optional.empty();
  }

  static ChallengeResponse toProto(Challenged.Issued issued) {
    ChallengeResponse.Builder response =
        ChallengeResponse.newBuilder()
            .setChallengeId(issued.challenge().id())
            .setNonce(ByteString.copyFrom(issued.challenge().nonce().toArray()))
            .setExpiresAtEpochMillis(issued.challenge().expiresAt().toEpochMilli());
    issued
        .credential()
        .ifPresent(credential ->
            response.setCredential(
                Credential.newBuilder()
                    .setCredentialBlob(ByteString.copyFrom(credential.blob().toArray()))
                    .setEncryptedSecret(
                        ByteString.copyFrom(credential.encryptedSecret().toArray()))));
    return response.build();
  }

  private static Bytes bytes(ByteString received) {
    return Bytes.copyOf(received.toByteArray());
  }

  static EnrollResponse toProto(IssuedIdentity identity) {
    Identity.Builder issued =
        Identity.newBuilder()
            .addAllCertificateChainDer(der(identity.chain()))
            .addAllTrustBundleDer(der(identity.roots()))
            .addAllTrustBundleDer(der(identity.crossed()))
            .setNodeId(identity.node().id().toString())
            .setNotAfterEpochMillis(identity.notAfter().toEpochMilli())
            .setRenewAtEpochMillis(identity.renewAt().toEpochMilli())
            .setAttestation(
                Attestation.newBuilder()
                    .setTechnology(identity.attestation().technology())
                    .setLevel(levelOf(identity.attestation().level()))
                    .setAppraisedAtEpochMillis(identity.attestation().appraisedAt().toEpochMilli())
                    .setExpiresAtEpochMillis(identity.attestation().expiresAt().toEpochMilli()));
    return EnrollResponse.newBuilder().setIdentity(issued).build();
  }

  static EnrollResponse toProto(Refusal refusal) {
    return EnrollResponse.newBuilder()
        .setRefusal(
            dev.hanse.api.enroll.v1.Refusal.newBuilder()
                .setCode(refusal.code())
                .setMessage(refusal.message())
                .setRetryAfterMillis(refusal.retryAfter().toMillis()))
        .build();
  }

  private static dev.hanse.api.enroll.v1.AttestationLevel levelOf(AttestationLevel level) {
    return switch (level) {
      case SIMULATED -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_SIMULATED;
      case TPM -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_TPM;
      case TEE -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_TEE;
    };
  }

  private static List<ByteString> der(List<X509Certificate> certificates) {
    return certificates.stream().map(EnrollmentWire::der).toList();
  }

  private static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate cannot be encoded", impossible);
    }
  }
}
