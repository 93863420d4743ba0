package dev.hanse.control.membership;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Another region as its control plane tells it. */
final class RemoteRegion {
  private final Consumer<NodeId> touched;
  private final Map<NodeId, Entry> members = new HashMap<>();
  private long epoch;
  private long sequence;

  /** Without a base to apply changes to: at first, and after its members were forgotten. */
  private boolean blank = true;

  private Duration heardAt;
  private RegionStatus status;

  private record Entry(MemberView said, MemberView decided, boolean fresh) {
    static Entry of(MemberView said, Instant now) {
      Member member = said.member();
      boolean fresh = member.attestation().isFreshAt(now);
      MemberView decided =
          fresh || member.state() == MemberState.UNHEALTHY
              ? said
              : new MemberView(member.withState(MemberState.UNHEALTHY), said.load());
      return new Entry(said, decided, fresh);
    }

    Entry with(Load load) {
      return new Entry(
          new MemberView(said.member(), load), new MemberView(decided.member(), load), fresh);
    }
  }

  /** A region of which nothing is known but its name: only a full update fits it. */
  RemoteRegion(RegionStatus said, Moment now, Consumer<NodeId> touched) {
    this.touched = touched;
    this.heardAt = now.uptime();
    this.status = heard(said, now);
  }

  /** How a region that is heard looks: the sender's own words, at our time. */
  private static RegionStatus heard(RegionStatus said, Moment now) {
    return new RegionStatus(
        said.region(),
        said.residency(),
        RegionHealth.READY,
        now.wall(),
        said.edgeUrls(),
        said.control());
  }

  FoldOutcome fold(RegionUpdate update, Moment now) {
    boolean older =
        update.epoch() < epoch
            || (update.epoch() == epoch
                && (update.full() ? update.sequence() < sequence : update.sequence() <= sequence));
    if (older) {
      return new FoldOutcome.Stale();
    }
    boolean follows = !blank && update.epoch() == epoch && update.sequence() == sequence + 1;
    if (!update.full() && !follows) {
      return new FoldOutcome.Gap();
    }
    if (update.full()) {
      replace(update, now);
    } else {
      Optional<NodeId> stray = stray(update);
      if (stray.isPresent()) {
        return new FoldOutcome.Refused("load of " + stray.get() + ", which is not a member");
      }
      change(update, now);
    }
    blank = false;
    epoch = update.epoch();
    sequence = update.sequence();
    heardAt = now.uptime();
    status = heard(update.status(), now);
    return new FoldOutcome.Applied();
  }

  private Optional<NodeId> stray(RegionUpdate update) {
    Set<NodeId> strays = new HashSet<>(update.loads().keySet());
    strays.removeAll(members.keySet());
    update.members().forEach(view -> strays.remove(view.member().id()));
    return strays.stream().findAny();
  }

  private void replace(RegionUpdate update, Moment now) {
    Set<NodeId> gone = new HashSet<>(members.keySet());
    update.members().forEach(view -> gone.remove(view.member().id()));
    gone.forEach(members::remove);
    gone.forEach(touched);
    update.members().forEach(view -> put(view, now));
  }

  private void change(RegionUpdate update, Moment now) {
    update.removed().stream().filter(id -> members.remove(id) != null).forEach(touched);
    update.members().forEach(view -> put(view, now));
    update
        .loads()
        .forEach((id, load) -> {
          members.computeIfPresent(id, (same, entry) -> entry.with(load));
          touched.accept(id);
        });
  }

  private void put(MemberView view, Moment now) {
    members.put(view.member().id(), Entry.of(view, now.wall()));
    touched.accept(view.member().id());
  }

  void tick(Moment now, MembershipTerms terms) {
    Duration silence = now.uptime().minus(heardAt);
    if (silence.compareTo(terms.silentAfter()) >= 0 && status.health() != RegionHealth.SILENT) {
      status =
          new RegionStatus(
              status.region(),
              status.residency(),
              RegionHealth.SILENT,
              status.heardAt(),
              status.edgeUrls(),
              status.control());
    }
    if (silence.compareTo(terms.forgetAfter()) >= 0 && !members.isEmpty()) {
      Set<NodeId> gone = Set.copyOf(members.keySet());
      members.clear();
      gone.forEach(touched);
      blank = true;
      return;
    }
    List<MemberView> outdated = new ArrayList<>();
    members.forEach((id, entry) -> {
      if (entry.fresh() != entry.said().member().attestation().isFreshAt(now.wall())) {
        outdated.add(entry.said());
      }
    });
    outdated.forEach(view -> put(view, now));
  }

  Optional<MemberView> find(NodeId id) {
    return Optional.ofNullable(members.get(id)).map(Entry::decided);
  }

  int size() {
    return members.size();
  }

  RegionStatus status() {
    return status;
  }
}
