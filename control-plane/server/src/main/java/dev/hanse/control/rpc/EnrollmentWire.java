package dev.hanse.control.rpc;

import com.google.protobuf.ByteString;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.Role;
import dev.hanse.api.enroll.v1.Attestation;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.workflow.EnrolmentRequest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
        new Evidence(
            request.getEvidence().getTechnology(),
            Bytes.copyOf(request.getEvidence().getBody().toByteArray())),
        request.getJoinToken());
  }

  static EnrollResponse toProto(IssuedIdentity identity) {
    Identity.Builder issued =
        Identity.newBuilder()
            .addAllCertificateChainDer(der(identity.chain()))
            .addAllTrustBundleDer(der(identity.roots()))
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
