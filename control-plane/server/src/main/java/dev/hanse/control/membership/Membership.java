package dev.hanse.control.membership;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.ClientKey;
import dev.hanse.api.Delta;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One region's idea of the whole mesh: its own nodes by their leases, other regions by their
 * control planes' word, and the mesh's client keys. Folds what it is told into a versioned {@link
 * Snapshot} for edges and into {@link RegionUpdate}s for the other regions.
 *
 * <p>Where two regions claim one node, the one first in order of names has it, on every control
 * plane alike. Belongs to one thread at a time; only ever reads the time it is handed.
 */
public final class Membership {
  private final MembershipTerms terms;
  private final long epoch;
  private final Instant startedAt;
  private final LocalMembers local;
  private final Map<RegionId, RemoteRegion> remote = new TreeMap<>();
  private final ClientKeys keys;
  private final Denials denials;
  private final View view;
  private final RegionFeed feed;
  private final RebuildWindow rebuild;
  private final Map<NodeId, RegionId> rememberedMembers;
  private RegionProfile profile;
  private Instant wall;
  private long memoryRevision;
  private long keyRevision;

  /**
   * Starts a process's membership.
   *
   * @param before what the process before it left, or {@link Remembered#NOTHING}
   * @param pricing asked whenever a member of this region is published
   */
  public Membership(
      RegionProfile profile,
      MembershipTerms terms,
      Remembered before,
      Collection<ClientKey> knownKeys,
      Pricing pricing,
      Moment start) {
    this(
        profile,
        terms,
        before,
        knownKeys,
        pricing,
        new Denials(terms.maxMembers(), List.of(), List.of()),
        start);
  }

  /** As above, with what is revoked. */
  public Membership(
      RegionProfile profile,
      MembershipTerms terms,
      Remembered before,
      Collection<ClientKey> knownKeys,
      Pricing pricing,
      Denials denials,
      Moment start) {
    this.profile = profile;
    this.denials = denials;
    this.terms = terms;
    this.epoch = before.nextEpoch(start.wall());
    this.startedAt = start.wall();
    this.wall = start.wall();
    this.keys = new ClientKeys(terms.maxKeys(), knownKeys);
    this.view = new View(profile.region(), epoch, keys, terms.deltaHistory());
    this.feed = new RegionFeed(profile.region(), epoch, terms, keys, this::ownStatus, start);
    this.local =
        new LocalMembers(
            profile.region(), terms, before, this::remoteCount, pricing, start, this::localTouched);
    denials.onDenied(this::deny);
    this.rebuild = new RebuildWindow(before.members().keySet(), start, terms.lease());
    this.rememberedMembers = new HashMap<>(before.members());
    view.region(ownStatus());
  }

  /** Where this control plane is reached, once it listens. */
  public void announce(Endpoint control) {
    profile = new RegionProfile(profile.region(), profile.residency(), control);
    view.region(ownStatus());
  }

  /** A node says what it is. */
  public Registration hello(Member member, Load load, Moment now) {
    at(now);
    return local.hello(member, load, now);
  }

  /** A node lives. */
  public BeatOutcome beat(Beat beat, Moment now) {
    at(now);
    return local.beat(beat, now);
  }

  /** A node leaves; false if it held no lease. */
  public boolean goodbye(NodeId id, long incarnation, Moment now) {
    at(now);
    return local.goodbye(id, incarnation);
  }

  /** A node of this region as it describes itself. */
  public Optional<MemberView> reported(NodeId id) {
    return local.reported(id);
  }

  /** This region's nodes as they describe themselves. */
  public List<MemberView> reported() {
    return local.reported();
  }

  /** The pricing has changed its mind about a node of this region. */
  public void repriced(NodeId id, Moment now) {
    at(now);
    local.repriced(id, now);
  }

  /** The pricing has changed its mind about all of them. */
  public void repriced(Moment now) {
    at(now);
    local.repriced(now);
  }

  /** Whether this very process of the node holds its lease. */
  public boolean holds(NodeId id, long incarnation) {
    return local.holds(id, incarnation);
  }

  /**
   * Evidence was appraised and an identity issued: from now on, and until it expires, the node may
   * be a member. False if the bound on members does not allow it.
   */
  public boolean attested(NodeId id, AttestationSummary summary, Moment now) {
    at(now);
    memoryRevision++;
    return local.attested(id, summary, now);
  }

  /**
   * A node shows a certificate issued on this summary. Counts like {@link #attested} unless the
   * same appraisal of the node is known, as it was judged last, or a later one.
   *
   * @param result as the certificate tells it
   */
  public void stamped(NodeResult result, AttestationSummary summary, Moment now) {
    if (!local.knowsNoOlder(result.node(), summary)) {
      attested(result.node(), summary, now);
    }
    denials.shown(result, now.wall());
  }

  /** A node of this region is trusted no more: its lease and its attestation end. */
  public void deny(NodeId id) {
    memoryRevision++;
    local.deny(id);
  }

  /** The mesh's deny list. */
  public Denials denials() {
    return denials;
  }

  /** Asks a node to take nothing new, or undoes that. */
  public DrainOutcome drain(NodeId id, boolean drain, Moment now) {
    at(now);
    if (local.drain(id, drain, now)) {
      memoryRevision++;
      return new DrainOutcome.Commanded(drain);
    }
    return remote.entrySet().stream()
        .filter(region -> region.getValue().find(id).isPresent())
        .findFirst()
        .<DrainOutcome>map(region -> new DrainOutcome.Elsewhere(region.getKey()))
        .orElseGet(DrainOutcome.Unknown::new);
  }

  /** Another region's control plane speaks. */
  public FoldOutcome fold(RegionUpdate update, Moment now) {
    at(now);
    Optional<String> objection = objection(update);
    if (objection.isPresent()) {
      return new FoldOutcome.Refused(objection.get());
    }
    RemoteRegion known = remote.get(update.region());
    if (known == null) {
      if (!update.full()) {
        return new FoldOutcome.Gap();
      }
      known = new RemoteRegion(update.status(), now, this::touched);
      remote.put(update.region(), known);
    }
    FoldOutcome outcome = known.fold(update, now);
    if (outcome instanceof FoldOutcome.Applied) {
      update.keys().forEach(this::merge);
      view.region(known.status());
    }
    return outcome;
  }

  private Optional<String> objection(RegionUpdate update) {
    RegionId from = update.region();
    if (from.equals(profile.region())) {
      return Optional.of("region " + from + " is this one: two control planes lead it");
    }
    if (!update.status().region().equals(from)) {
      return Optional.of("status of " + update.status().region() + " in an update of " + from);
    }
    if (update.members().stream().anyMatch(view -> !view.member().region().equals(from))) {
      return Optional.of("a member of a third region in an update of " + from);
    }
    RemoteRegion known = remote.get(from);
    if (known == null && remote.size() >= terms.maxRegions()) {
      return Optional.of("the mesh has its " + terms.maxRegions() + " remote regions");
    }
    int held = known == null ? 0 : known.size();
    int others = local.size() + remoteCount() - held;
    int after = others + update.members().size() + (update.full() ? 0 : held);
    if (after > terms.maxMembers() && update.members().size() > 0) {
      return Optional.of("the mesh has its " + terms.maxMembers() + " members");
    }
    return keys.hasRoomFor(update.keys())
        ? Optional.empty()
        : Optional.of("the mesh has its " + terms.maxKeys() + " client keys");
  }

  /** A key is made or revoked here. False if a later record of it is known or there is no room. */
  public boolean put(ClientKey key) {
    if (!merge(key)) {
      return false;
    }
    feed.authored(key.keyId());
    return true;
  }

  private boolean merge(ClientKey key) {
    boolean changed = keys.merge(key);
    if (changed) {
      view.keyChanged(key.keyId());
      keyRevision++;
    }
    return changed;
  }

  /**
   * Lets time pass: expires leases, attestations and regions, and makes the next version and update
   * of what changed. To be called once a coalescing window.
   *
   * @return whether there is a new version
   */
  public boolean tick(Moment now) {
    at(now);
    local.tick(now);
    denials.tick(now.wall());
    remote.values().forEach(region -> region.tick(now, terms));
    remote.values().forEach(region -> view.region(region.status()));
    view.region(ownStatus());
    feed.tick(now);
    if (!rebuild.wasOver() && rebuild.isOver(now, view.members()::contains)) {
      memoryRevision++;
    }
    return view.publish();
  }

  private void at(Moment now) {
    wall = now.wall();
  }

  private RegionStatus ownStatus() {
    return new RegionStatus(
        profile.region(),
        profile.residency(),
        RegionHealth.READY,
        wall,
        feed.edgeUrls(),
        profile.control());
  }

  private int remoteCount() {
    return remote.values().stream().mapToInt(RemoteRegion::size).sum();
  }

  private void localTouched(NodeId id) {
    feed.member(id, local.find(id));
    touched(id);
  }

  private void touched(NodeId id) {
    boolean before = view.members().contains(id);
    Optional<MemberView> now = claimed(id);
    view.member(id, now);
    if (before != now.isPresent()) {
      memoryRevision++;
    }
  }

  /** The node as the first region that claims it tells it. */
  private Optional<MemberView> claimed(NodeId id) {
    Optional<MemberView> own = local.find(id);
    for (Map.Entry<RegionId, RemoteRegion> region : remote.entrySet()) {
      if (own.isPresent() && profile.region().compareTo(region.getKey()) < 0) {
        return own;
      }
      Optional<MemberView> theirs = region.getValue().find(id);
      if (theirs.isPresent()) {
        return theirs;
      }
    }
    return own;
  }

  /** Whether watchers may be answered: see {@link RebuildWindow}. */
  public boolean isRebuilt() {
    return rebuild.wasOver();
  }

  /** What brings a watcher further that holds {@code version} of {@code heldEpoch}. */
  public Step<Delta, Snapshot> viewAfter(long heldEpoch, long version) {
    return view.after(heldEpoch, version);
  }

  /** Everything, as of now. */
  public Snapshot snapshot() {
    return view.snapshot();
  }

  /** What brings another region further that holds {@code sequence}; negative for nothing. */
  public Step<RegionUpdate, RegionUpdate> updateAfter(long sequence) {
    return feed.after(sequence);
  }

  /** The regions with the times they were last heard at: this one first, then in order of names. */
  public List<RegionStatus> regions() {
    List<RegionStatus> all = new ArrayList<>();
    all.add(ownStatus());
    remote.values().forEach(region -> all.add(region.status()));
    return all;
  }

  /** How long a node of this region may still be silent; empty for others. */
  public Optional<Duration> leaseRemaining(NodeId id, Moment now) {
    return local.leaseRemaining(id, now);
  }

  public Optional<MemberView> find(NodeId id) {
    return view.members().find(id);
  }

  /** Every member of every region, in order of ids. */
  public List<MemberView> members() {
    return view.members().sorted();
  }

  public int size() {
    return view.members().size();
  }

  /** Every client key, in order of ids, revoked and expired ones too. */
  public List<ClientKey> clientKeys() {
    return keys.sorted();
  }

  public Optional<ClientKey> clientKey(String keyId) {
    return keys.find(keyId);
  }

  public boolean hasRoomForKeys() {
    return keys.hasRoom();
  }

  /** What the next process must know; within the rebuild window, the members of before too. */
  public Remembered remembered() {
    if (isRebuilt()) {
      rememberedMembers.clear();
    }
    view.members()
        .sorted()
        .forEach(held -> rememberedMembers.put(held.member().id(), held.member().region()));
    return new Remembered(epoch, rememberedMembers, local.attestations(), local.drained());
  }

  /** Rises when {@link #remembered} may have changed. */
  public long memoryRevision() {
    return memoryRevision;
  }

  /** Rises when {@link #clientKeys} changed. */
  public long keyRevision() {
    return keyRevision;
  }

  public RegionId region() {
    return profile.region();
  }

  public long epoch() {
    return epoch;
  }

  public long version() {
    return view.version();
  }

  public Instant startedAt() {
    return startedAt;
  }

  public MembershipTerms terms() {
    return terms;
  }
}
