package dev.hanse.control.membership;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** The nodes of this region, by the leases they hold. Tells {@code touched} whose view changed. */
final class LocalMembers {
  private static final Duration WHEN_FULL = Duration.ofMinutes(1);

  private final RegionId region;
  private final MembershipTerms terms;
  private final Attestations attestations;
  private final IntSupplier othersCount;
  private final Consumer<NodeId> touched;
  private final Map<NodeId, Lease> leases = new HashMap<>();
  private final Set<NodeId> drained;
  private final EndedIncarnations ended = new EndedIncarnations();
  private final LeaseClock clock;
  private final Pricing pricing;

  LocalMembers(
      RegionId region,
      MembershipTerms terms,
      Remembered before,
      IntSupplier othersCount,
      Pricing pricing,
      Moment start,
      Consumer<NodeId> touched) {
    this.region = region;
    this.terms = terms;
    this.attestations = new Attestations(terms.maxMembers(), before.attestations());
    this.drained = new HashSet<>(before.drained());
    this.othersCount = othersCount;
    this.pricing = pricing;
    this.touched = touched;
    this.clock = new LeaseClock(terms.lease(), start.uptime());
  }

  Registration hello(Member said, Load load, Moment now) {
    Optional<String> objection = HelloRules.objection(said, region);
    if (objection.isPresent()) {
      return refused("hello-invalid", objection.get());
    }
    NodeId id = said.id();
    Optional<AttestationSummary> attestation = attestations.of(id);
    if (attestation.isEmpty()) {
      return refused("attestation-unknown", "no appraisal of " + id + " is known here: enrol");
    }
    if (!attestation.get().isFreshAt(now.wall())) {
      return refused(
          "attestation-expired",
          "the appraisal of " + id + " expired at " + attestation.get().expiresAt() + ": enrol");
    }
    if (ended.contains(id, said.incarnation())) {
      return refused(
          "incarnation-ended", "this process of " + id + " said goodbye or was replaced");
    }
    Lease held = leases.get(id);
    if (held == null && leases.size() + othersCount.getAsInt() >= terms.maxMembers()) {
      return new Registration.Refused(
          "mesh-full", "the mesh has its " + terms.maxMembers() + " members", WHEN_FULL);
    }
    grant(said.withAttestation(attestation.get()), load, Optional.ofNullable(held), now);
    return new Registration.Granted(drained.contains(id));
  }

  private static Registration refused(String code, String message) {
    return new Registration.Refused(code, message, Duration.ZERO);
  }

  private void grant(Member said, Load load, Optional<Lease> held, Moment now) {
    Load newest = load;
    if (held.isPresent()) {
      Lease before = held.get();
      if (before.incarnation() != said.incarnation()) {
        ended.add(said.id(), before.incarnation());
      } else if (before.load().sequence() > load.sequence()) {
        // The node reconnected, and a beat of its old stream overtook this Hello.
        newest = before.load();
      }
    }
    boolean drain = drained.contains(said.id());
    leases.put(said.id(), new Lease(said, newest, clock.read(now), drain, now.wall(), pricing));
    touched.accept(said.id());
  }

  BeatOutcome beat(Beat beat, Moment now) {
    Lease lease = leases.get(beat.id());
    if (lease == null) {
      return BeatOutcome.NO_LEASE;
    }
    if (lease.incarnation() != beat.incarnation()) {
      return BeatOutcome.SUPERSEDED;
    }
    if (beat.load().sequence() <= lease.load().sequence()) {
      return BeatOutcome.LATE;
    }
    lease.beat(beat, clock.read(now), drained.contains(beat.id()));
    touched.accept(beat.id());
    return BeatOutcome.RENEWED;
  }

  boolean goodbye(NodeId id, long incarnation) {
    Lease lease = leases.get(id);
    ended.add(id, incarnation);
    if (lease == null || lease.incarnation() != incarnation) {
      return false;
    }
    leases.remove(id);
    touched.accept(id);
    return true;
  }

  boolean attested(NodeId id, AttestationSummary summary, Moment now) {
    if (!attestations.record(id, summary, now.wall())) {
      return false;
    }
    Lease lease = leases.get(id);
    if (lease != null) {
      lease.attested(summary, drained.contains(id), now.wall());
      touched.accept(id);
    }
    return true;
  }

  void deny(NodeId id) {
    attestations.forget(id);
    if (leases.remove(id) != null) {
      touched.accept(id);
    }
  }

  boolean knowsNoOlder(NodeId id, AttestationSummary summary) {
    return attestations
        .of(id)
        .filter(known -> !known.appraisedAt().isBefore(summary.appraisedAt()))
        .isPresent();
  }

  /** False if no such node is present and none of that name is drained. */
  boolean drain(NodeId id, boolean drain, Moment now) {
    Lease lease = leases.get(id);
    if (lease == null && !drained.contains(id)) {
      return false;
    }
    if (drain) {
      drained.add(id);
    } else {
      drained.remove(id);
    }
    if (lease != null) {
      lease.decide(drain, now.wall());
      touched.accept(id);
    }
    return true;
  }

  /** What it says of itself, whatever the mesh is told. */
  Optional<MemberView> reported(NodeId id) {
    return Optional.ofNullable(leases.get(id)).map(Lease::reported);
  }

  List<MemberView> reported() {
    return leases.values().stream().map(Lease::reported).toList();
  }

  void repriced(NodeId id, Moment now) {
    Lease lease = leases.get(id);
    if (lease != null) {
      lease.decide(drained.contains(id), now.wall());
      touched.accept(id);
    }
  }

  void repriced(Moment now) {
    List.copyOf(leases.keySet()).forEach(id -> repriced(id, now));
  }

  void tick(Moment now) {
    Duration time = clock.read(now);
    List<NodeId> expired = new ArrayList<>();
    leases.forEach((id, lease) -> {
      if (lease.isOverAt(time, terms.lease())) {
        expired.add(id);
      } else if (lease.isOutdated(now.wall())) {
        lease.decide(drained.contains(id), now.wall());
        touched.accept(id);
      }
    });
    for (NodeId id : expired) {
      leases.remove(id);
      touched.accept(id);
    }
  }

  Optional<MemberView> find(NodeId id) {
    return Optional.ofNullable(leases.get(id)).map(Lease::view);
  }

  boolean holds(NodeId id, long incarnation) {
    Lease lease = leases.get(id);
    return lease != null && lease.incarnation() == incarnation;
  }

  Optional<Duration> leaseRemaining(NodeId id, Moment now) {
    return Optional.ofNullable(leases.get(id))
        .map(lease -> lease.remaining(clock.read(now), terms.lease()));
  }

  int size() {
    return leases.size();
  }

  Set<NodeId> drained() {
    return Set.copyOf(drained);
  }

  Map<NodeId, AttestationSummary> attestations() {
    return attestations.all();
  }
}
