package dev.hanse.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.Evidence;
import dev.hanse.attestation.Bytes;
import dev.hanse.control.workflow.EnrolmentRequest;
import dev.hanse.seeds.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever a stranger sends becomes a request to be refused, never an exception. */
class EnrollmentWirePropertyTest {
  private static final EnrollRequest FULL =
      EnrollRequest.newBuilder()
          .setChallengeId("c1")
          .setCsrDer(ByteString.copyFromUtf8("csr"))
          .setClaims(Newcomer.claims("acme", "gpu-1", "eu-west"))
          .setEvidence(part("tpm2", "body", "ak"))
          .addFurtherEvidence(part("nvidia-gpu", "one", "chain-1"))
          .addFurtherEvidence(part("nvidia-gpu", "two", "chain-2"))
          .setActivationSecret(ByteString.copyFromUtf8("secret"))
          .setJoinToken("token")
          .build();

  private static Evidence part(String technology, String body, String collateral) {
    return Evidence.newBuilder()
        .setTechnology(technology)
        .setBody(ByteString.copyFromUtf8(body))
        .addCollateral(ByteString.copyFromUtf8(collateral))
        .build();
  }

  @Test
  void everyFieldArrives() {
    EnrolmentRequest request = EnrollmentWire.fromProto(FULL);

    assertThat(request.challengeId()).isEqualTo("c1");
    assertThat(request.certificateRequest()).isEqualTo(bytes("csr"));
    assertThat(request.activationSecret()).isEqualTo(bytes("secret"));
    assertThat(request.joinToken()).isEqualTo("token");
    assertThat(request.evidence())
        .extracting(
            dev.hanse.attestation.Evidence::technology,
            dev.hanse.attestation.Evidence::body,
            one -> one.collateral().getFirst())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("tpm2", bytes("body"), bytes("ak")),
            org.assertj.core.groups.Tuple.tuple("nvidia-gpu", bytes("one"), bytes("chain-1")),
            org.assertj.core.groups.Tuple.tuple("nvidia-gpu", bytes("two"), bytes("chain-2")));
    assertThat(request.toString()).doesNotContain("secret", "token");
  }

  @Seeds
  void noMessageBreaksTheMapping(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] enrol = FULL.toByteArray();
    byte[] challenge =
        ChallengeRequest.newBuilder()
            .setPublicKeySpki(ByteString.copyFromUtf8("spki"))
            .setTpm(PretendTpm.keys(PretendTpm.AK))
            .build()
            .toByteArray();
    for (int round = 0; round < 500; round++) {
      try {
        EnrollmentWire.fromProto(EnrollRequest.parseFrom(mutated(enrol, random)));
        EnrollmentWire.tpmOf(ChallengeRequest.parseFrom(mutated(challenge, random)));
      } catch (InvalidProtocolBufferException noMessage) {
        assertThat(noMessage.getMessage()).isNotBlank();
      }
    }
  }

  private static byte[] mutated(byte[] good, SplittableRandom random) {
    byte[] bytes = good.clone();
    for (int times = random.nextInt(1, 4); times > 0; times--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 8))
        : bytes;
  }

  private static Bytes bytes(String text) {
    return Bytes.copyOf(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
