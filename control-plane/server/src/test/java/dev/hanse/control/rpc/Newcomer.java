package dev.hanse.control.rpc;

import com.google.protobuf.ByteString;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.Evidence;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.enroll.v1.NodeClaims;
import dev.hanse.api.enroll.v1.Role;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.ReportData;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A node's side of an enrolment, message by message, so that each can be spoiled. */
final class Newcomer {
  final KeyPair key = newKey();
  NodeClaims claims = claims("acme", "gpu-1", "eu-west");

  static NodeClaims claims(String provider, String name, String region) {
    return NodeClaims.newBuilder()
        .setProvider(provider)
        .setName(name)
        .setRegion(region)
        .setAdvertisedHost("127.0.0.1")
        .setAdvertisedPort(7443)
        .addRoles(Role.ROLE_PROVIDER)
        .build();
  }

  ChallengeRequest request() {
    return ChallengeRequest.newBuilder()
        .setPublicKeySpki(ByteString.copyFrom(key.getPublic().getEncoded()))
        .build();
  }

  /** A good answer to a challenge. */
  EnrollRequest.Builder answer(
      ChallengeResponse challenge, SimulatedPlatform platform, Instant at) {
    return EnrollRequest.newBuilder()
        .setChallengeId(challenge.getChallengeId())
        .setCsrDer(certificateRequest(key))
        .setClaims(claims)
        .setEvidence(evidence(platform, reportData(challenge.getNonce().toByteArray(), key), at))
        .setJoinToken(EnrolmentCounter.TOKEN);
  }

  Bytes reportData(byte[] nonce, KeyPair of) {
    return ReportData.of(
        Bytes.copyOf(nonce),
        Bytes.copyOf(of.getPublic().getEncoded()),
        new dev.hanse.attestation.challenge.NodeClaims(
            claims.getProvider(),
            claims.getName(),
            claims.getRegion(),
            claims.getAdvertisedHost(),
            claims.getAdvertisedPort(),
            Set.of("provider")));
  }

  static Evidence evidence(SimulatedPlatform platform, Bytes reportData, Instant at) {
    return Evidence.newBuilder()
        .setTechnology("simulated")
        .setBody(ByteString.copyFrom(platform.quote(reportData, "test", at).body().toArray()))
        .build();
  }

  MeshIdentity identity(Identity issued, X509Certificate root) throws Exception {
    List<X509Certificate> chain = new ArrayList<>();
    for (ByteString der : issued.getCertificateChainDerList()) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der.toByteArray())));
    }
    return new MeshIdentity(key.getPrivate(), chain, List.of(root));
  }

  static ByteString certificateRequest(KeyPair of) {
    try {
      return ByteString.copyFrom(
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=node"), of.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(of.getPrivate()))
              .getEncoded());
    } catch (Exception broken) {
      throw new IllegalStateException(broken);
    }
  }

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (Exception broken) {
      throw new IllegalStateException(broken);
    }
  }
}
