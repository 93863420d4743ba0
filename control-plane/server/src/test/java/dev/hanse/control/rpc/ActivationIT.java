package dev.hanse.control.rpc;

import static dev.hanse.control.rpc.EnrolmentCounter.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.enroll.v1.TpmKeys;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.attestation.Bytes;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.AddressRate;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Quotes count only of keys that were activated, and several parts only together. */
class ActivationIT {
  private final Vertx vertx = Vertx.vertx();
  private final Newcomer newcomer = new Newcomer();
  private EnrolmentCounter counter;
  private EnrollmentGrpcClient client;

  @BeforeEach
  void open() throws Exception {
    serve(new PretendTpm());
  }

  private void serve(Activations activations) throws Exception {
    counter =
        new EnrolmentCounter(vertx, Set.of("simulated"), activations, AddressRate.standard(), 100);
    client =
        EnrollmentGrpcClient.create(
            GrpcClient.client(vertx, MeshTls.bootstrapClient(List.of(counter.mesh.root()))),
            counter.address());
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void enrolsATpmThatReadTheSecret() throws Exception {
    ChallengeResponse challenge = challenge(PretendTpm.keys(PretendTpm.AK));

    assertThat(outcome(answer(challenge))).isEqualTo("enrolled");
  }

  @Test
  void refusesASecretThatIsMissingWrongOrOfAnotherChallenge() throws Exception {
    ChallengeResponse another = challenge(PretendTpm.keys(PretendTpm.AK));

    for (ByteString secret :
        List.of(
            ByteString.EMPTY,
            ByteString.copyFrom(new byte[32]),
            PretendTpm.read(another.getCredential()))) {
      EnrollRequest.Builder answer = answer(challenge(PretendTpm.keys(PretendTpm.AK)));

      assertThat(outcome(answer.setActivationSecret(secret))).isEqualTo("activation");
    }
  }

  @Test
  void aSecretIsGoodOnce() throws Exception {
    EnrollRequest.Builder answer = answer(challenge(PretendTpm.keys(PretendTpm.AK)));
    assertThat(outcome(answer)).isEqualTo("enrolled");

    assertThat(outcome(answer)).isEqualTo("nonce-unknown");
  }

  @Test
  void aSecretExpiresWithItsChallenge() throws Exception {
    EnrollRequest.Builder answer = answer(challenge(PretendTpm.keys(PretendTpm.AK)));
    counter.passTime(Duration.ofSeconds(61));

    assertThat(outcome(answer)).isEqualTo("nonce-expired");
  }

  @Test
  void refusesAQuoteWithoutActivation() throws Exception {
    ChallengeResponse challenge = await(client.challenge(newcomer.request()));

    assertThat(outcome(newcomer.answer(challenge, counter.platform, Instant.now())))
        .isEqualTo("activation");
  }

  @Test
  void refusesAQuoteOfAnotherKeyThanTheOneActivated() throws Exception {
    Bytes other = Bytes.copyOf("ak-2".getBytes(StandardCharsets.US_ASCII));

    assertThat(outcome(answer(challenge(PretendTpm.keys(other))))).isEqualTo("activation");
  }

  @Test
  void declinesEndorsementsNobodyTrustsAndKeysNoTpmHas() {
    TpmKeys good = PretendTpm.keys(PretendTpm.AK);
    for (TpmKeys bad :
        List.of(
            good.toBuilder().setEkPublic(ByteString.copyFromUtf8("another")).build(),
            good.toBuilder().setEkPublic(ByteString.EMPTY).build(),
            good.toBuilder().setAkPublic(ByteString.EMPTY).build(),
            good.toBuilder().setAkPublic(ByteString.copyFrom(new byte[4097])).build(),
            good.toBuilder().setEkCertificateDer(ByteString.copyFrom(new byte[4097])).build(),
            good.toBuilder().addEkIntermediatesDer(ByteString.EMPTY).build(),
            good.toBuilder()
                .addAllEkIntermediatesDer(Collections.nCopies(5, ByteString.copyFrom(new byte[1])))
                .build())) {
      assertThatThrownBy(() -> challenge(bad)).hasMessageContaining("INVALID_ARGUMENT");
    }
  }

  @Test
  void aRegionThatTrustsNoTpmSaysSo() throws Exception {
    serve(Activations.NONE);

    assertThatThrownBy(() -> challenge(PretendTpm.keys(PretendTpm.AK)))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThat(Activations.NONE.isNeededFor("tpm2")).isTrue();
    assertThat(Activations.NONE.isNeededFor("simulated")).isFalse();
  }

  @Test
  void judgesEveryPart() throws Exception {
    serve(Activations.NONE);
    ChallengeResponse challenge = await(client.challenge(newcomer.request()));
    EnrollRequest.Builder answer = newcomer.answer(challenge, counter.platform, Instant.now());
    var gpu =
        dev.hanse.api.enroll.v1.Evidence.newBuilder()
            .setTechnology("nvidia-gpu")
            .setBody(ByteString.copyFromUtf8("not verified here"))
            .build();

    assertThat(outcome(answer.addFurtherEvidence(gpu))).isEqualTo("technology-not-allowed");
  }

  @Test
  void refusesPartsNoMachineHas() throws Exception {
    serve(Activations.NONE);
    var gpu = dev.hanse.api.enroll.v1.Evidence.newBuilder().setTechnology("nvidia-gpu").build();

    for (int gpus : List.of(17, 18)) {
      ChallengeResponse challenge = await(client.challenge(newcomer.request()));
      EnrollRequest.Builder answer = newcomer.answer(challenge, counter.platform, Instant.now());
      for (int at = 0; at < gpus; at++) {
        answer.addFurtherEvidence(gpu);
      }
      assertThat(outcome(answer)).isEqualTo("evidence-malformed");
    }
    ChallengeResponse challenge = await(client.challenge(newcomer.request()));
    EnrollRequest.Builder twice = newcomer.answer(challenge, counter.platform, Instant.now());
    assertThat(outcome(twice.addFurtherEvidence(twice.getEvidence()))).isEqualTo("composite");
    ChallengeResponse another = await(client.challenge(newcomer.request()));
    assertThat(outcome(newcomer.answer(another, counter.platform, Instant.now()).setEvidence(gpu)))
        .isEqualTo("composite");
  }

  private ChallengeResponse challenge(TpmKeys keys) throws Exception {
    ChallengeRequest request = newcomer.request().toBuilder().setTpm(keys).build();
    return await(client.challenge(request));
  }

  private EnrollRequest.Builder answer(ChallengeResponse challenge) {
    return newcomer
        .answer(challenge, counter.platform, Instant.now())
        .setActivationSecret(PretendTpm.read(challenge.getCredential()));
  }

  private String outcome(EnrollRequest.Builder request) throws Exception {
    EnrollResponse response = await(client.enroll(request.build()));
    return response.hasIdentity() ? "enrolled" : response.getRefusal().getCode();
  }
}
