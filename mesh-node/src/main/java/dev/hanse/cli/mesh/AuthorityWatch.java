package dev.hanse.cli.mesh;

import dev.hanse.control.ControlGraph;
import dev.hanse.control.identity.CertificateLife;
import dev.hanse.control.identity.RegionAuthority;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Loads a region's authority, and again when {@code hanse rotate-ca} has replaced it: a running
 * control plane takes it up without a restart. What cannot be loaded is said and left; the old one
 * signs on.
 */
final class AuthorityWatch {
  private static final Logger LOG = System.getLogger(AuthorityWatch.class.getName());
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final ControlFile.Authority config;
  private final AtomicReference<FileTime> seen = new AtomicReference<>(FileTime.fromMillis(0));

  AuthorityWatch(ControlFile.Authority config) {
    this.config = config;
  }

  /** Blocking. */
  RegionAuthority load() throws IOException {
    seen.set(changedAt());
    return RegionAuthority.load(
        config.dir(),
        config.opener(),
        CertificateLife.STANDARD,
        Clock.systemUTC(),
        new SecureRandom());
  }

  /** The certificate is what a rotation writes last. */
  private FileTime changedAt() throws IOException {
    Path certificate = config.dir().resolve("region.pem");
    return Files.getLastModifiedTime(certificate);
  }

  void start(Vertx vertx, ControlGraph control) {
    vertx.setPeriodic(
        LOOK_EVERY.toMillis(),
        timer ->
            vertx
                .executeBlocking(() -> !changedAt().equals(seen.get()))
                .onSuccess(changed -> {
                  if (Objects.requireNonNull(changed)) {
                    take(vertx, control);
                  }
                }));
  }

  private void take(Vertx vertx, ControlGraph control) {
    var _ =
        vertx
            .executeBlocking(this::load)
            .compose(next -> control.rotate(Objects.requireNonNull(next)))
            .onSuccess(done -> LOG.log(Level.INFO, "authority rotated, {0}", config.dir()))
            .onFailure(failure ->
                LOG.log(
                    Level.ERROR,
                    "the new authority in {0} cannot be used, the old one signs on: {1}",
                    config.dir(),
                    failure.getMessage()));
  }
}
