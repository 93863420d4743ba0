package dev.hanse.control.membership;

import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * This region as the other control planes are told it: numbered updates, at least one with every
 * beat. Holds nothing of any other region except client keys, which are the mesh's.
 */
final class RegionFeed {
  private static final int MAX_EDGE_URLS = 64;

  private final RegionId region;
  private final long epoch;
  private final Duration beatInterval;
  private final ClientKeys keys;
  private final Supplier<RegionStatus> status;
  private final MemberTable members = new MemberTable();
  private final Map<NodeId, String> edges = new HashMap<>();
  private List<String> edgeUrls = List.of();
  private boolean edgesChanged;
  private final Set<String> authored = new HashSet<>();
  private final History<RegionUpdate> history;
  private long sequence = 1;
  private Duration sentAt;

  RegionFeed(
      RegionId region,
      long epoch,
      MembershipTerms terms,
      ClientKeys keys,
      Supplier<RegionStatus> status,
      Moment start) {
    this.region = region;
    this.epoch = epoch;
    this.beatInterval = terms.beatInterval();
    this.keys = keys;
    this.status = status;
    this.history = new History<>(terms.deltaHistory());
    this.sentAt = start.uptime();
  }

  void member(NodeId id, Optional<MemberView> view) {
    members.set(id, view);
    Optional<String> url = view.map(MemberView::member).flatMap(RegionFeed::edgeUrl);
    if (url.isPresent()) {
      edgesChanged |= !url.get().equals(edges.put(id, url.get()));
    } else {
      edgesChanged |= edges.remove(id) != null;
    }
  }

  private static Optional<String> edgeUrl(Member member) {
    boolean serves = member.roles().contains(Role.EDGE) && member.state() == MemberState.READY;
    return serves && !member.publicUrl().isEmpty()
        ? Optional.of(member.publicUrl())
        : Optional.empty();
  }

  /** A key was made or revoked here. */
  void authored(String keyId) {
    authored.add(keyId);
  }

  /** Makes the next update if something changed or a beat is due. */
  boolean tick(Moment now) {
    boolean due = now.uptime().minus(sentAt).compareTo(beatInterval) >= 0;
    if (!due && !members.hasChanges() && authored.isEmpty()) {
      return false;
    }
    sentAt = now.uptime();
    next();
    return true;
  }

  private void next() {
    MemberTable.Changed changed = members.take();
    history.add(
        sequence,
        new RegionUpdate(
            region,
            epoch,
            sequence + 1,
            false,
            changed.members(),
            changed.loads(),
            changed.removed(),
            keys.only(authored),
            status.get(),
            false));
    sequence++;
    authored.clear();
  }

  /** What follows {@code heldSequence}; a negative one stands for nothing held. */
  Step<RegionUpdate, RegionUpdate> after(long heldSequence) {
    if (heldSequence == sequence) {
      return new Step.Current<>();
    }
    Optional<RegionUpdate> next = heldSequence < 0 ? Optional.empty() : history.after(heldSequence);
    return next.isPresent() ? new Step.Next<>(next.get()) : new Step.Whole<>(whole());
  }

  private RegionUpdate whole() {
    if (members.hasChanges() || !authored.isEmpty()) {
      next();
    }
    return new RegionUpdate(
        region,
        epoch,
        sequence,
        true,
        members.sorted(),
        Map.of(),
        Set.of(),
        keys.sorted(),
        status.get(),
        false);
  }

  /** Where clients reach this region: its edges that take work, in order; the first few of many. */
  List<String> edgeUrls() {
    if (edgesChanged) {
      edgeUrls = edges.values().stream().distinct().sorted().limit(MAX_EDGE_URLS).toList();
      edgesChanged = false;
    }
    return edgeUrls;
  }
}
