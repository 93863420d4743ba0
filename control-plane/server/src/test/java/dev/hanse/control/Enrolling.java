package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.node;

import com.google.protobuf.ByteString;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.enroll.v1.NodeClaims;
import dev.hanse.api.enroll.v1.Role;
import dev.hanse.api.enroll.v1.TpmKeys;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.x509.SubjectKey;
import io.vertx.grpc.client.GrpcClient;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A machine of acme in eu-west that enrols over real sockets, running what it is told to run. */
record Enrolling(Bench bench, ControlGraph graph) {
  /** What an enrolled node has. */
  record Enrolled(MeshIdentity identity) {
    String evidenceDigest() {
      return AttestationStamp.of(identity.chain().getFirst()).orElseThrow().evidenceDigest();
    }
  }

  /** What it runs on. */
  interface Machine {
    Evidence quote(Bytes reportData);

    /** The keys of its TPM, where its quotes are of one. */
    Optional<TpmKeys> tpm();
  }

  /** On the simulated platform. */
  private record Simulated(SimulatedPlatform platform, String measurement) implements Machine {
    @Override
    public Evidence quote(Bytes reportData) {
      return platform.quote(reportData, measurement, Instant.now());
    }

    @Override
    public Optional<TpmKeys> tpm() {
      return Optional.empty();
    }
  }

  /** Enrols with a token of its own. */
  Enrolled enrol(String name, String measurement) {
    return enrol(name, new Simulated(bench.ca.platform(), measurement));
  }

  Enrolled enrol(String name, Machine machine) {
    KeyPair pair = TestCa.key();
    EnrollResponse response = answer(pair, name, machine, EnrolmentIT.joinToken(graph, "acme"));
    List<X509Certificate> chain = new ArrayList<>();
    for (ByteString der : response.getIdentity().getCertificateChainDerList()) {
      chain.add(certificate(der));
    }
    return new Enrolled(new MeshIdentity(pair.getPrivate(), chain, bench.ca.roots()));
  }

  EnrollResponse answer(KeyPair pair, String name, String measurement, String joinToken) {
    return answer(pair, name, new Simulated(bench.ca.platform(), measurement), joinToken);
  }

  EnrollResponse answer(KeyPair pair, String name, Machine machine, String joinToken) {
    GrpcClient anonymous =
        GrpcClient.builder(bench.vertx).with(MeshTls.bootstrapClient(bench.ca.roots())).build();
    EnrollmentGrpcClient client =
        EnrollmentGrpcClient.create(
            anonymous, MeshTls.address(graph.rpc(), PeerIdentity.dnsNameOfControl(EU)));
    ByteString spki = ByteString.copyFrom(pair.getPublic().getEncoded());
    ChallengeRequest.Builder asked = ChallengeRequest.newBuilder().setPublicKeySpki(spki);
    machine.tpm().ifPresent(asked::setTpm);
    ChallengeResponse challenge = Bench.get(client.challenge(asked.build()));
    Binding binding =
        new Binding(
            Bytes.copyOf(challenge.getNonce().toByteArray()),
            SubjectKey.read(Bytes.copyOf(spki.toByteArray())),
            TestCa.claims(EU, node(name)));
    Evidence evidence = machine.quote(binding.reportData());
    EnrollResponse response =
        Bench.get(
            client.enroll(
                EnrollRequest.newBuilder()
                    .setChallengeId(challenge.getChallengeId())
                    .setCsrDer(ByteString.copyFrom(request(pair)))
                    .setClaims(
                        NodeClaims.newBuilder()
                            .setProvider("acme")
                            .setName(name)
                            .setRegion("eu-west")
                            .setAdvertisedHost("127.0.0.1")
                            .setAdvertisedPort(9000)
                            .addRoles(Role.ROLE_EDGE)
                            .addRoles(Role.ROLE_PROVIDER))
                    .setEvidence(
                        dev.hanse.api.enroll.v1.Evidence.newBuilder()
                            .setTechnology(evidence.technology())
                            .setBody(ByteString.copyFrom(evidence.body().toArray())))
                    .setJoinToken(joinToken)
                    .build()));
    Bench.get(anonymous.close());
    return response;
  }

  private static X509Certificate certificate(ByteString der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509").generateCertificate(der.newInput());
    } catch (CertificateException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static byte[] request(KeyPair pair) {
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=node"), pair.getPublic())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | IOException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
