package dev.hanse.control.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.RegionId;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.control.identity.CertificateLife;
import dev.hanse.control.identity.MeshAuthority;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlIdentityIT {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void renewsItselfInTime() throws Exception {
    InstantSource clock = InstantSource.system();
    ControlIdentity identity =
        new ControlIdentity(
            vertx,
            MeshAuthority.create("hanse.internal", clock, new SecureRandom())
                .region(new RegionId("eu-west"))
                .issuing(new CertificateLife(Duration.ofSeconds(3))),
            clock);
    List<MeshIdentity> renewals = Collections.synchronizedList(new ArrayList<>());
    identity.onRenewed(renewals::add);
    assertThatThrownBy(identity::current).isInstanceOf(IllegalStateException.class);

    MeshIdentity first =
        identity.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(identity.current()).isSameAs(first);
    await().atMost(Duration.ofSeconds(15)).until(() -> renewals.size() >= 2);
    identity.close();

    assertThat(renewals.getFirst().self()).isEqualTo(first.self());
    assertThat(renewals.getFirst().notAfter()).isAfter(first.notAfter());
    assertThat(identity.current().chain()).isNotEqualTo(first.chain());
  }
}
