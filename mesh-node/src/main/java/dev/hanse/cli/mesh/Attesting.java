package dev.hanse.cli.mesh;

import dev.hanse.api.tls.KeyFiles;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.control.ControlGraph;
import dev.hanse.control.appraisal.CollateralInForce;
import dev.hanse.control.appraisal.PolicyBook;
import dev.hanse.control.appraisal.PolicyKeys;
import dev.hanse.control.appraisal.Verifiers;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmActivations;
import dev.hanse.control.workflow.TpmMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * How a control plane judges evidence, by its configuration: with a policy, every technology the
 * policy allows; without, simulated evidence alone. A policy or collateral that changes takes
 * effect within {@link #LOOK_EVERY}, without a restart.
 */
final class Attesting {
  /** With the Watch stream's delay this leaves edges most of the 5 s in which they must know. */
  static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = System.getLogger(Attesting.class.getName());

  private final Appraiser first;
  private final Activations activations;
  private final TpmMemory tpms;
  private final Optional<PolicyBook> book;
  private final AtomicReference<String> complaint = new AtomicReference<>("");

  private Attesting(
      Appraiser first, Activations activations, TpmMemory tpms, Optional<PolicyBook> book) {
    this.first = first;
    this.activations = activations;
    this.tpms = tpms;
    this.book = book;
  }

  /**
   * Reads keys, policy and collateral. Blocking.
   *
   * @param floors what was seen before, by earlier processes too
   * @throws IOException naming the file that cannot be used
   */
  static Attesting of(ControlFile.Attestation config, RollbackFloors floors) throws IOException {
    List<Bytes> platforms = new ArrayList<>();
    for (Path file : config.simulatedPlatforms()) {
      platforms.add(SimulatedPlatform.fromPem(Files.readString(file)).root());
    }
    Duration life = config.tpm().activationLife();
    if (config.policy().isEmpty()) {
      return new Attesting(
          Appraisers.simulated(platforms),
          Activations.NONE,
          TpmMemory.trustingNobody(life),
          Optional.empty());
    }
    CollateralInForce collateral = new CollateralInForce(config.collateral());
    TpmMemory tpms = TpmMemory.lasting(life, endorsements(config.tpm(), collateral, floors));
    PolicyBook book =
        new PolicyBook(
            config.policy().get(),
            PolicyKeys.publicKeys(config.policySigners()),
            collateral,
            floors,
            inForce -> verifiers(platforms, inForce, floors, tpms.keys()),
            tpms.counters());
    return new Attesting(book.get(), activations(config.tpm(), tpms), tpms, Optional.of(book));
  }

  private static List<Verifier> verifiers(
      List<Bytes> platforms,
      Supplier<CollateralStore> collateral,
      RollbackFloors floors,
      ActivatedKeys keys) {
    List<Verifier> verifiers =
        new ArrayList<>(
            Verifiers.of(collateral, Optional.<Anchors>empty(), Revocation.REQUIRED, floors, keys));
    verifiers.add(new SimulatedVerifier(platforms));
    return verifiers;
  }

  private static Activations activations(ControlFile.Tpm config, TpmMemory tpms) {
    return config.isAny()
        ? new TpmActivations(tpms.trust(), tpms.keys(), new SecureRandom())
        : Activations.NONE;
  }

  private static EndorsementTrust endorsements(
      ControlFile.Tpm config, Supplier<CollateralStore> collateral, RollbackFloors floors)
      throws IOException {
    Set<Bytes> pinned = new HashSet<>();
    config.endorsementKeys().forEach(hex -> pinned.add(Bytes.ofHex(hex)));
    return new EndorsementTrust(
        certificates(config.roots()),
        certificates(config.intermediates()),
        pinned,
        lists(config.revocation(), collateral),
        floors);
  }

  private static Optional<Supplier<CollateralStore>> lists(
      ControlFile.Tpm.Revocation revocation, Supplier<CollateralStore> collateral) {
    return switch (revocation) {
      case NONE -> Optional.empty();
      case REQUIRED -> Optional.of(collateral);
    };
  }

  private static List<X509Certificate> certificates(List<Path> files) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Path file : files) {
      certificates.addAll(KeyFiles.readCertificates(file));
    }
    return certificates;
  }

  Appraiser appraiser() {
    return first;
  }

  Activations activations() {
    return activations;
  }

  /** What it knows of TPMs, and does not yet of those an earlier process knew. */
  TpmMemory tpms() {
    return tpms;
  }

  /** What a change of policy or collateral is noticed by; empty without a policy. */
  Optional<PolicyBook> book() {
    return book;
  }

  /** Looks at the policy from now on; nothing to do without one. */
  void watch(Vertx vertx, ControlGraph control) {
    book.ifPresent(policies ->
        vertx.setPeriodic(
            LOOK_EVERY.toMillis(),
            timer ->
                vertx
                    .executeBlocking(policies::refresh)
                    .onSuccess(outcome -> act(outcome, policies, control))));
  }

  private void act(PolicyBook.Outcome outcome, PolicyBook policies, ControlGraph control) {
    switch (outcome) {
      case PolicyBook.Outcome.Same() -> complaint.set("");
      case PolicyBook.Outcome.Changed(var policy) -> {
        complaint.set("");
        var _ =
            control
                .appraiseBy(policies.get())
                .onSuccess(judged ->
                    LOG.log(
                        Level.INFO,
                        "policy {0} is in force or its collateral has changed: {1} certificates"
                            + " stand, {2} are withdrawn",
                        policy,
                        judged.standing(),
                        judged.withdrawn()))
                .onFailure(failure ->
                    LOG.log(Level.ERROR, "policy {0} is not in force: {1}", policy, failure));
      }
      case PolicyBook.Outcome.Kept(var why) -> {
        if (!why.equals(complaint.getAndSet(why))) {
          LOG.log(Level.WARNING, "the policy in force stays: {0}", why);
        }
      }
    }
  }
}
