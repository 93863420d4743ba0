package dev.hanse.control.rpc;

import static dev.hanse.control.rpc.EnrolmentCounter.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.NodeId;
import dev.hanse.api.enroll.v1.ChallengeRequest;
import dev.hanse.api.enroll.v1.ChallengeResponse;
import dev.hanse.api.enroll.v1.EnrollRequest;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.enroll.v1.Identity;
import dev.hanse.api.enroll.v1.Role;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.control.workflow.AddressRate;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.client.InvalidStatusException;
import io.vertx.grpc.common.GrpcStatus;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every way in, and every way to be refused, over real sockets. */
class EnrollmentRpcIT {
  private final Vertx vertx = Vertx.vertx();
  private final Newcomer newcomer = new Newcomer();
  private EnrolmentCounter counter;
  private GrpcClient client;

  @BeforeEach
  void open() throws Exception {
    counter = new EnrolmentCounter(vertx);
    client = clientOf(MeshTls.bootstrapClient(List.of(counter.mesh.root())));
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void givesAnAttestedNewcomerAnIdentity() throws Exception {
    Instant before = Instant.now();
    Identity issued = enrolled(goodAnswer());

    MeshIdentity identity = newcomer.identity(issued, counter.mesh.root());
    assertThat(identity.self().spiffeId())
        .isEqualTo("spiffe://hanse.internal/region/eu-west/provider/acme/node/gpu-1");
    assertThat(identity.notAfter())
        .isBetween(before.plus(Duration.ofMinutes(59)), Instant.now().plus(Duration.ofHours(1)));
    assertThat(issued.getRenewAtEpochMillis())
        .isBetween(
            before.plus(Duration.ofMinutes(30)).toEpochMilli(), issued.getNotAfterEpochMillis());
    assertThat(issued.getNodeId()).isEqualTo("acme.gpu-1");
    assertThat(counter.attested)
        .hasEntrySatisfying(
            new NodeId("acme", "gpu-1"),
            summary -> assertThat(summary.level()).isEqualTo(AttestationLevel.SIMULATED));
  }

  @Test
  void refusesEvidenceOverAnotherNonce() throws Exception {
    ChallengeResponse challenge = challenge();
    EnrollRequest answer =
        newcomer
            .answer(challenge, counter.platform, Instant.now())
            .setEvidence(
                Newcomer.evidence(
                    counter.platform,
                    newcomer.reportData(challenge().getNonce().toByteArray(), newcomer.key),
                    Instant.now()))
            .build();

    refuses(answer, "report-data-mismatch");
  }

  @Test
  void refusesAChallengeItNeverIssued() throws Exception {
    refuses(goodAnswer().toBuilder().setChallengeId("0123").build(), "nonce-unknown");
  }

  @Test
  void refusesAReplayedChallengeThoughTheFirstAnswerWasGood() throws Exception {
    EnrollRequest answer = goodAnswer();
    enrolled(answer);

    refuses(answer, "nonce-unknown");
  }

  @Test
  void aBadAnswerUsesTheChallengeUp() throws Exception {
    EnrollRequest answer = goodAnswer();
    refuses(answer.toBuilder().setCsrDer(ByteString.EMPTY).build(), "csr-invalid");

    refuses(answer, "nonce-unknown");
  }

  @Test
  void refusesAnExpiredChallenge() throws Exception {
    EnrollRequest answer = goodAnswer();
    counter.passTime(Duration.ofSeconds(61));

    refuses(answer, "nonce-expired");
  }

  @Test
  void refusesARequestForAnotherKeyThanTheChallenges() throws Exception {
    refuses(
        goodAnswer().toBuilder().setCsrDer(Newcomer.certificateRequest(Newcomer.newKey())).build(),
        "key-mismatch");
  }

  @Test
  void refusesEvidenceOverAnotherKey() throws Exception {
    ChallengeResponse challenge = challenge();
    KeyPair other = Newcomer.newKey();

    refuses(
        newcomer
            .answer(challenge, counter.platform, Instant.now())
            .setEvidence(
                Newcomer.evidence(
                    counter.platform,
                    newcomer.reportData(challenge.getNonce().toByteArray(), other),
                    Instant.now()))
            .build(),
        "report-data-mismatch");
  }

  @Test
  void refusesExpiredEvidence() throws Exception {
    refuses(
        newcomer.answer(challenge(), counter.platform, Instant.now().minusSeconds(121)).build(),
        "evidence-expired");
  }

  @Test
  void refusesEvidenceFromTheFuture() throws Exception {
    refuses(
        newcomer.answer(challenge(), counter.platform, Instant.now().plusSeconds(60)).build(),
        "evidence-from-future");
  }

  @Test
  void refusesTechnologiesTheresNoVerifierFor() throws Exception {
    EnrollRequest answer = goodAnswer();

    refuses(
        answer.toBuilder()
            .setEvidence(answer.getEvidence().toBuilder().setTechnology("sev-snp"))
            .build(),
        "technology-not-allowed");
  }

  @Test
  void refusesATechnologyThePolicyDoesNotAllow() throws Exception {
    counter = new EnrolmentCounter(vertx, Set.of("sev-snp"), AddressRate.standard(), 100);
    client = clientOf(MeshTls.bootstrapClient(List.of(counter.mesh.root())));

    refuses(goodAnswer(), "technology-not-allowed");
  }

  @Test
  void refusesAPlatformItWasNotToldToTrust() throws Exception {
    SimulatedPlatform stranger = SimulatedPlatform.generate(new SecureRandom());

    refuses(newcomer.answer(challenge(), stranger, Instant.now()).build(), "anchor-unknown");
  }

  @Test
  void refusesEvidenceThatWasTouched() throws Exception {
    EnrollRequest answer = goodAnswer();
    byte[] body = answer.getEvidence().getBody().toByteArray();
    body[body.length - 1] ^= 1;

    refuses(withBody(answer, body), "signature-invalid");
  }

  @Test
  void refusesEvidenceThatIsNone() throws Exception {
    refuses(withBody(goodAnswer(), new byte[0]), "evidence-malformed");
  }

  @Test
  void refusesAnUnknownJoinTokenAndNone() throws Exception {
    refuses(goodAnswer().toBuilder().setJoinToken("guess").build(), "join-token-invalid");
    refuses(goodAnswer().toBuilder().setJoinToken("").build(), "join-token-invalid");
  }

  @Test
  void refusesANameOfAnotherProvider() throws Exception {
    newcomer.claims = Newcomer.claims("globex", "gpu-1", "eu-west");

    refuses(goodAnswer(), "claims-mismatch");
  }

  @Test
  void refusesAnotherRegionAndRolesThatAreNotANodes() throws Exception {
    newcomer.claims = Newcomer.claims("acme", "gpu-1", "us-east");
    refuses(goodAnswer(), "claims-mismatch");

    newcomer.claims =
        Newcomer.claims("acme", "gpu-1", "eu-west").toBuilder().addRoles(Role.ROLE_CONTROL).build();
    refuses(goodAnswer(), "claims-mismatch");

    newcomer.claims =
        Newcomer.claims("acme", "gpu-1", "eu-west").toBuilder().addRolesValue(99).build();
    refuses(goodAnswer(), "claims-mismatch");
  }

  @Test
  void refusesClaimsTheEvidenceDoesNotCover() throws Exception {
    EnrollRequest answer = goodAnswer();

    refuses(
        answer.toBuilder().setClaims(answer.getClaims().toBuilder().setAdvertisedPort(1)).build(),
        "report-data-mismatch");
  }

  @Test
  void renewsOverMtlsWithFreshEvidenceAndNoToken() throws Exception {
    MeshIdentity first = newcomer.identity(enrolled(goodAnswer()), counter.mesh.root());
    client = clientOf(MeshTls.client(first));

    Identity renewed = enrolled(goodAnswer().toBuilder().setJoinToken("").build());

    assertThat(newcomer.identity(renewed, counter.mesh.root()).self()).isEqualTo(first.self());
  }

  @Test
  void refusesARenewalWithOldEvidence() throws Exception {
    EnrollRequest firstAnswer = goodAnswer();
    MeshIdentity first = newcomer.identity(enrolled(firstAnswer), counter.mesh.root());
    client = clientOf(MeshTls.client(first));

    refuses(
        goodAnswer().toBuilder().setJoinToken("").setEvidence(firstAnswer.getEvidence()).build(),
        "report-data-mismatch");
  }

  @Test
  void refusesARenewalThatChangesItsName() throws Exception {
    client =
        clientOf(MeshTls.client(newcomer.identity(enrolled(goodAnswer()), counter.mesh.root())));

    newcomer.claims = Newcomer.claims("acme", "gpu-2", "eu-west");
    refuses(goodAnswer().toBuilder().setJoinToken("").build(), "claims-mismatch");

    newcomer.claims = Newcomer.claims("globex", "gpu-1", "eu-west");
    refuses(goodAnswer().toBuilder().setJoinToken("").build(), "claims-mismatch");
  }

  @Test
  void refusesARenewalThatGainsARole() throws Exception {
    client =
        clientOf(MeshTls.client(newcomer.identity(enrolled(goodAnswer()), counter.mesh.root())));
    newcomer.claims =
        Newcomer.claims("acme", "gpu-1", "eu-west").toBuilder().addRoles(Role.ROLE_EDGE).build();

    refuses(goodAnswer().toBuilder().setJoinToken("").build(), "claims-mismatch");
  }

  @Test
  void refusesAControlPlaneThatWantsToBeANode() throws Exception {
    client = clientOf(MeshTls.client(counter.authority.controlIdentity()));

    refuses(goodAnswer().toBuilder().setJoinToken("").build(), "claims-mismatch");
  }

  @Test
  void declinesToChallengeWhatIsNoKey() {
    for (Bytes spki : List.of(Bytes.copyOf(new byte[0]), Bytes.copyOf(new byte[91]))) {
      declines(
          ChallengeRequest.newBuilder()
              .setPublicKeySpki(ByteString.copyFrom(spki.toArray()))
              .build(),
          GrpcStatus.INVALID_ARGUMENT);
    }
  }

  @Test
  void declinesAnAddressThatAsksTooOften() throws Exception {
    counter =
        new EnrolmentCounter(
            vertx, Set.of("simulated"), new AddressRate(2, Duration.ofHours(1)), 100);
    client = clientOf(MeshTls.bootstrapClient(List.of(counter.mesh.root())));
    challenge();
    challenge();

    declines(newcomer.request(), GrpcStatus.RESOURCE_EXHAUSTED);
  }

  @Test
  void declinesWhenTooManyChallengesAreOpenAndRecoversWhenTheyExpired() throws Exception {
    counter = new EnrolmentCounter(vertx, Set.of("simulated"), AddressRate.standard(), 2);
    client = clientOf(MeshTls.bootstrapClient(List.of(counter.mesh.root())));
    challenge();
    challenge();
    declines(newcomer.request(), GrpcStatus.RESOURCE_EXHAUSTED);

    counter.passTime(Duration.ofSeconds(61));
    challenge();
  }

  @Test
  void refusesOneMoreThanThereIsRoomFor() throws Exception {
    counter.room = 0;

    refuses(goodAnswer(), "mesh-full");
  }

  @Test
  void answersMessagesThatAreNone() throws Exception {
    for (String method : List.of("Challenge", "Enroll")) {
      GrpcClientRequest<Buffer, Buffer> request = await(client.request(counter.address()));
      request.fullMethodName("hanse.enroll.v1.Enrollment/" + method);

      GrpcClientResponse<Buffer, Buffer> response =
          await(request.send(Buffer.buffer(new byte[] {(byte) 0xFF, 1, 2, 3})));

      assertThatThrownBy(() -> await(response.end())).hasMessageContaining("INVALID_ARGUMENT");
    }
    enrolled(goodAnswer());
  }

  @Test
  void answersOversizedMessages() throws Exception {
    EnrollRequest huge = withBody(goodAnswer(), new byte[1600 * 1024]);

    assertThatThrownBy(() -> enrol(huge))
        .cause()
        .isInstanceOfSatisfying(
            InvalidStatusException.class,
            declined ->
                assertThat(declined.actualStatus()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED));
    enrolled(goodAnswer());
  }

  @Test
  void fiftyNodesAtOnceAllEnrol() throws Exception {
    var futures =
        IntStream.range(0, 50)
            .mapToObj(node -> {
              Newcomer one = new Newcomer();
              one.claims = Newcomer.claims("acme", "gpu-" + node, "eu-west");
              EnrollmentGrpcClient stub = EnrollmentGrpcClient.create(client, counter.address());
              return stub.challenge(one.request())
                  .compose(challenge ->
                      stub.enroll(one.answer(challenge, counter.platform, Instant.now()).build()));
            })
            .toList();

    for (var future : futures) {
      assertThat(await(future).hasIdentity()).isTrue();
    }
    assertThat(counter.attested).hasSize(50);
  }

  private EnrollRequest goodAnswer() throws Exception {
    return newcomer.answer(challenge(), counter.platform, Instant.now()).build();
  }

  private ChallengeResponse challenge() throws Exception {
    return await(
        EnrollmentGrpcClient.create(client, counter.address()).challenge(newcomer.request()));
  }

  private EnrollResponse enrol(EnrollRequest request) throws Exception {
    return await(EnrollmentGrpcClient.create(client, counter.address()).enroll(request));
  }

  private Identity enrolled(EnrollRequest request) throws Exception {
    EnrollResponse response = enrol(request);
    assertThat(response.getRefusal().getCode()).isEmpty();
    return response.getIdentity();
  }

  private void refuses(EnrollRequest request, String code) throws Exception {
    EnrollResponse response = enrol(request);
    assertThat(response.hasIdentity()).isFalse();
    assertThat(response.getRefusal().getCode()).isEqualTo(code);
    assertThat(response.getRefusal().getMessage()).isNotBlank().doesNotContain("token-of-acme");
  }

  private void declines(ChallengeRequest request, GrpcStatus status) {
    assertThatThrownBy(
            () -> await(EnrollmentGrpcClient.create(client, counter.address()).challenge(request)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            InvalidStatusException.class,
            declined -> assertThat(declined.actualStatus()).isEqualTo(status));
  }

  private static EnrollRequest withBody(EnrollRequest answer, byte[] body) {
    return answer.toBuilder()
        .setEvidence(answer.getEvidence().toBuilder().setBody(ByteString.copyFrom(body)))
        .build();
  }

  private GrpcClient clientOf(HttpClientOptions options) {
    return GrpcClient.client(vertx, options);
  }
}
