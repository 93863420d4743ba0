package dev.hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.enroll.v1.Attestation;
import dev.hanse.api.enroll.v1.AttestationLevel;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.enroll.v1.Refusal;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.x509.SubjectKey;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.identity.MeshAuthority;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node believes of a control plane's answer. */
class EnrolExchangeTest {
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock = InstantSource.system();
  private final MeshAuthority mesh = MeshAuthority.create("hanse.internal", clock, random);
  private final SimulatedPlatform platform = SimulatedPlatform.generate(random);
  private final EnrolExchange exchange =
      new EnrolExchange(
          new Joining(
              List.of(new Endpoint("127.0.0.1", 1)),
              new RegionId("eu-west"),
              new NodeId("acme", "gpu-1"),
              Set.of(Role.PROVIDER),
              Endpoint.NONE,
              "",
              new Trust.Bundle(List.of(mesh.root()))),
          KeySource.fresh(random),
          new SimulatedCollector(platform, "test", clock),
          clock);

  @Test
  void believesAnIdentityOfItsKeyAndName() throws Exception {
    KeyPair key = exchange.newKey();

    Enrolled outcome = exchange.accept(key, response(key, mesh, "gpu-1", "provider"));

    assertThat(outcome).isInstanceOf(Enrolled.Accepted.class);
    Enrolled.Accepted accepted = (Enrolled.Accepted) outcome;
    assertThat(accepted.renewAt()).isBefore(accepted.identity().notAfter());
  }

  @Test
  void handsARefusalOn() throws Exception {
    Refusal refusal =
        Refusal.newBuilder().setCode("x").setMessage("y").setRetryAfterMillis(-5).build();

    assertThat(
            exchange.accept(
                exchange.newKey(), EnrollResponse.newBuilder().setRefusal(refusal).build()))
        .isEqualTo(new Enrolled.Refused("x", "y", Duration.ZERO));
  }

  @Test
  void refusesAnIdentityOfAnotherKeyNameRoleOrRoot() throws Exception {
    KeyPair key = exchange.newKey();
    MeshAuthority stranger = MeshAuthority.create("hanse.internal", clock, random);

    disbelieves(key, response(exchange.newKey(), mesh, "gpu-1", "provider"));
    disbelieves(key, response(key, mesh, "gpu-2", "provider"));
    disbelieves(key, response(key, mesh, "gpu-1", "edge"));
    disbelieves(key, response(key, stranger, "gpu-1", "provider"));
  }

  @Test
  void refusesAnswersThatAreNone() throws Exception {
    KeyPair key = exchange.newKey();

    disbelieves(key, EnrollResponse.getDefaultInstance());
    disbelieves(
        key, EnrollResponse.newBuilder().setIdentity(Identity.getDefaultInstance()).build());
    disbelieves(
        key,
        EnrollResponse.newBuilder()
            .setIdentity(
                Identity.newBuilder()
                    .addCertificateChainDer(ByteString.copyFromUtf8("no certificate")))
            .build());
  }

  @Test
  void refusesANonceOfAnotherLength() throws Exception {
    KeyPair key = exchange.newKey();

    assertThatThrownBy(() ->
            exchange.answer(
                key,
                ChallengeResponse.newBuilder().setNonce(ByteString.copyFromUtf8("x")).build(),
                ""))
        .isInstanceOf(IOException.class);
  }

  private void disbelieves(KeyPair key, EnrollResponse response) {
    assertThatThrownBy(() -> exchange.accept(key, response)).isInstanceOf(IOException.class);
  }

  private EnrollResponse response(KeyPair key, MeshAuthority authority, String name, String role)
      throws Exception {
    Bytes nonce = Bytes.copyOf(new byte[32]);
    NodeClaims claims = new NodeClaims("acme", name, "eu-west", "", 0, Set.of(role));
    Binding binding =
        new Binding(nonce, SubjectKey.read(Bytes.copyOf(key.getPublic().getEncoded())), claims);
    Instant now = clock.instant();
    Appraiser appraiser =
        new Appraiser(
            List.of(new SimulatedVerifier(List.of(platform.root()))),
            AppraisalPolicy.allowing(Set.of("simulated")));
    Appraisal appraisal =
        appraiser.appraise(
            platform.quote(binding.reportData(), "test", now), binding.reportData(), now);
    IssuedIdentity issued =
        authority
            .region(new RegionId("eu-west"))
            .issue(binding, ((Appraisal.Accepted) appraisal).result());
    Identity.Builder identity =
        Identity.newBuilder()
            .setAttestation(
                Attestation.newBuilder()
                    .setTechnology("simulated")
                    .setLevel(AttestationLevel.ATTESTATION_LEVEL_SIMULATED));
    for (X509Certificate certificate : issued.chain()) {
      identity.addCertificateChainDer(ByteString.copyFrom(certificate.getEncoded()));
    }
    return EnrollResponse.newBuilder().setIdentity(identity).build();
  }
}
