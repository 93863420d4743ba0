package dev.hanse.control.membership;

import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import dev.hanse.api.Revocations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The mesh's deny list: a state-based CRDT, like the client keys. Of two records about one thing
 * the greater by {@link #ORDER} stays, so that control planes which heard the same records in any
 * order agree.
 *
 * <p>Certificates do not hold the facts of their evidence. A fact that is revoked therefore becomes
 * a revocation of each result it speaks against, by the control plane that appraised it: those
 * every edge can hold against a certificate. Belongs to the membership's thread, {@link #inForce}
 * excepted.
 */
public final class Denials {
  /** By revision; of equal ones the one in force: revoking wins over lifting. */
  static final Comparator<Revocation> ORDER =
      Comparator.comparingLong(Revocation::revision)
          .thenComparing(one -> !one.lifted())
          .thenComparing(one -> one.expiresAt().orElse(Instant.MAX))
          .thenComparing(Revocation::at)
          .thenComparing(Revocation::reason);

  /** As much as one message holds. */
  static final int MOST = 8_192;

  private static final Duration LIFTED_KEPT = Duration.ofDays(7);

  private final Map<String, Revocation> records = new TreeMap<>();
  private final Map<NodeId, NodeResult> results = new HashMap<>();
  private final int maxResults;
  private Consumer<NodeId> denied = node -> {};
  private volatile Revocations inForce = Revocations.NONE;
  private long revision;
  private long resultsRevision;

  /** What the process before knew. */
  public Denials(
      int maxResults, Collection<Revocation> revocations, Collection<NodeResult> results) {
    this.maxResults = maxResults;
    revocations.forEach(one -> records.put(one.subject(), one));
    results.forEach(result -> this.results.put(result.node(), result));
    inForce = new Revocations(records.values());
  }

  /** Tells {@code listener} of each node of this region that is denied from now on. */
  void onDenied(Consumer<NodeId> listener) {
    denied = listener;
  }

  /** Evidence was accepted: what may be revoked from now on. */
  public void appraised(NodeResult result, Instant now) {
    results.values().removeIf(old -> !old.expiresAt().isAfter(now));
    if (results.size() < maxResults || results.containsKey(result.node())) {
      results.put(result.node(), result);
      resultsRevision++;
    }
    deny(now);
  }

  /**
   * Revokes, or lifts.
   *
   * @return the record that stands now; empty if there is no room for one more
   */
  public Optional<Revocation> decide(
      Revocation.Kind kind,
      String value,
      boolean lifted,
      Optional<Instant> expiresAt,
      String reason,
      Instant now) {
    Revocation wanted = new Revocation(kind, value, lifted, 1, now, expiresAt, reason);
    Revocation known = records.get(wanted.subject());
    if (known != null && known.lifted() == lifted && known.isInForceAt(now) != lifted) {
      return Optional.of(known);
    }
    long next = known == null ? 1 : known.revision() + 1;
    Revocation record = new Revocation(kind, value, lifted, next, now, expiresAt, reason);
    return merge(List.of(record), now) ? Optional.of(record) : Optional.empty();
  }

  /** Takes what another control plane knows; false if not all of it was news there was room for. */
  public boolean merge(Collection<Revocation> heard, Instant now) {
    boolean all = true;
    boolean changed = false;
    for (Revocation one : heard) {
      Revocation known = records.get(one.subject());
      if (known != null && ORDER.compare(one, known) <= 0) {
        all = false;
      } else if (known == null && isOver(one, now)) {
        all = false;
      } else if (known == null && !hasRoom(now)) {
        all = false;
      } else {
        records.put(one.subject(), one);
        changed = true;
      }
    }
    if (changed) {
      publish();
      deny(now);
    }
    return all;
  }

  private boolean hasRoom(Instant now) {
    if (records.size() >= MOST) {
      records.values().removeIf(one -> isOver(one, now));
    }
    return records.size() < MOST;
  }

  private static boolean isOver(Revocation one, Instant now) {
    return one.expiresAt().filter(end -> !now.isBefore(end)).isPresent()
        || (one.lifted() && one.at().plus(LIFTED_KEPT).isBefore(now));
  }

  /** Withdraws results that a policy in force now would not give. */
  public void withdraw(Collection<String> evidenceDigests, String reason, Instant now) {
    for (NodeResult result : List.copyOf(results.values())) {
      if (evidenceDigests.contains(result.evidenceDigest())) {
        var _ =
            decide(
                Revocation.Kind.RESULT,
                result.evidenceDigest(),
                false,
                Optional.of(result.expiresAt()),
                reason,
                now);
      }
    }
  }

  /** Ends what time has ended. */
  void tick(Instant now) {
    if (records.values().removeIf(one -> isOver(one, now))) {
      publish();
    }
  }

  private void deny(Instant now) {
    List<NodeId> hit = new ArrayList<>();
    for (NodeResult result : List.copyOf(results.values())) {
      Optional<Revocation> fact = inForce.againstFacts(result.facts());
      fact.ifPresent(found ->
          records.computeIfAbsent(
              Revocation.Kind.RESULT + ":" + result.evidenceDigest(),
              subject ->
                  new Revocation(
                      Revocation.Kind.RESULT,
                      result.evidenceDigest(),
                      false,
                      1,
                      now,
                      Optional.of(result.expiresAt()),
                      found.value())));
      if (fact.isPresent() || against(result).isPresent()) {
        hit.add(result.node());
        results.remove(result.node());
        resultsRevision++;
      }
    }
    if (!hit.isEmpty()) {
      publish();
      hit.forEach(denied);
    }
  }

  private Optional<Revocation> against(NodeResult result) {
    return inForce.against(
        result.node(), result.technology(), result.policy(), result.evidenceDigest());
  }

  private void publish() {
    revision++;
    inForce = new Revocations(records.values());
  }

  /** What is revoked now. Any thread. */
  public Revocations inForce() {
    return inForce;
  }

  /** Every record, lifted ones too, in order of subjects. */
  public List<Revocation> all() {
    return new ArrayList<>(records.values());
  }

  /** What was concluded of this region's nodes and still stands. */
  public List<NodeResult> results() {
    return new ArrayList<>(results.values());
  }

  /** Rises when {@link #all} changed. */
  public long revision() {
    return revision;
  }

  /** Rises when {@link #results} changed. */
  public long resultsRevision() {
    return resultsRevision;
  }
}
