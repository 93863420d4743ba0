package dev.hanse.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.api.enroll.v1.EnrollmentGrpcClient;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.attestation.challenge.Challenges;
import dev.hanse.control.workflow.AddressRate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.InvalidStatusException;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A data centre comes back after a power cut: a thousand nodes behind forty addresses, all at once,
 * against the rates and bounds a control plane has by default. Who is told to come back later does.
 */
class ThousandNodesIT {
  private static final int ADDRESSES = 40;
  private static final int NODES_PER_ADDRESS = 25;
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger later = new AtomicInteger();

  @Test
  void noneIsLost() throws Exception {
    EnrolmentCounter counter =
        new EnrolmentCounter(
            vertx, Set.of("simulated"), AddressRate.standard(), Challenges.CAPACITY);
    List<Future<EnrollResponse>> enrolments = new ArrayList<>();
    Instant before = Instant.now();

    for (int address = 1; address <= ADDRESSES; address++) {
      HttpClientOptions options = MeshTls.bootstrapClient(List.of(counter.mesh.root()));
      options.setLocalAddress("127.0.2." + address);
      EnrollmentGrpcClient stub =
          EnrollmentGrpcClient.create(GrpcClient.client(vertx, options), counter.address());
      for (int node = 0; node < NODES_PER_ADDRESS; node++) {
        Newcomer one = new Newcomer();
        one.claims = Newcomer.claims("acme", "gpu-" + address + "-" + node, "eu-west");
        enrolments.add(enrol(stub, one, counter));
      }
    }

    Future.all(enrolments)
        .toCompletionStage()
        .toCompletableFuture()
        .get(WITHIN.toSeconds(), TimeUnit.SECONDS);
    Duration took = Duration.between(before, Instant.now());
    assertThat(enrolments)
        .allSatisfy(enrolled -> assertThat(enrolled.result().hasIdentity()).isTrue());
    assertThat(counter.attested).hasSize(ADDRESSES * NODES_PER_ADDRESS);
    assertThat(took).isLessThan(WITHIN);
    System.getLogger(ThousandNodesIT.class.getName())
        .log(
            System.Logger.Level.INFO,
            "1,000 nodes enrolled in {0} ms, told {1} times to come back later",
            took.toMillis(),
            later.get());
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Future<EnrollResponse> enrol(
      EnrollmentGrpcClient stub, Newcomer node, EnrolmentCounter counter) {
    return stub.challenge(node.request())
        .compose(challenge ->
            stub.enroll(node.answer(challenge, counter.platform, Instant.now()).build()))
        .recover(failure -> {
          if (failure instanceof InvalidStatusException declined
              && declined.actualStatus() == GrpcStatus.RESOURCE_EXHAUSTED) {
            later.incrementAndGet();
            return vertx
                .timer(200, TimeUnit.MILLISECONDS)
                .compose(rested -> enrol(stub, node, counter));
          }
          return Future.failedFuture(failure);
        });
  }
}
