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
 * <p>Certificates do not hold the facts of their evidence, nor the technologies of its further
 * parts. One that is revoked therefore becomes a revocation of each result it speaks against, by
 * the control plane that appraised it: those every edge can hold against a certificate. Belongs to
 * the membership's thread, {@link #inForce} excepted.
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
  private final StandingResults results;
  private Consumer<NodeId> denied = node -> {};
  private volatile Revocations inForce = Revocations.NONE;
  private String policyInForce = "";
  private long revision;
  private long resultsRevision;

  /**
   * What the process before knew.
   *
   * @param maxNodes whose results are kept
   */
  public Denials(int maxNodes, Collection<Revocation> revocations, Collection<NodeResult> results) {
    this.results = new StandingResults(maxNodes);
    revocations.forEach(one -> records.put(one.subject(), one));
    results.forEach(this.results::put);
    inForce = new Revocations(records.values());
  }

  /** Tells {@code listener} of each node of this region that is denied from now on. */
  void onDenied(Consumer<NodeId> listener) {
    denied = listener;
  }

  /**
   * Evidence was accepted, now for the first time or judged anew: what may be revoked from now on.
   */
  public void appraised(NodeResult result, Instant now) {
    if (results.put(result)) {
      resultsRevision++;
    }
    deny(List.of(result), now);
  }

  /** By which policy results must have been judged from now on; empty: by any. */
  public void judgeBy(String policy) {
    policyInForce = policy;
  }

  /**
   * A certificate was shown. One that is not known here counts as its stamp says, and only if that
   * names the policy in force: nobody here can judge it by another.
   */
  void shown(NodeResult stamped, Instant now) {
    if (results.find(stamped.evidenceDigest()).isPresent()) {
      return;
    }
    appraised(stamped, now);
    if (!policyInForce.isEmpty() && !stamped.policy().equals(policyInForce)) {
      var _ =
          withdraw(
              Map.of(
                  stamped.evidenceDigest(),
                  policyInForce + " is in force, and its evidence is not kept here"),
              now);
    }
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
      deny(results.all(), now);
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

  /**
   * Withdraws results that would not be given now.
   *
   * @param reasons for people, by the digest of the evidence; what is not known is passed over
   * @return false if the list had no room for all: those are members no more, but peers cannot be
   *     told of them
   */
  public boolean withdraw(Map<String, String> reasons, Instant now) {
    boolean allTold = true;
    List<NodeResult> withdrawn = new ArrayList<>();
    for (Map.Entry<String, String> one : reasons.entrySet()) {
      Optional<NodeResult> result = results.find(one.getKey());
      if (result.isPresent()) {
        allTold &= record(result.get(), one.getValue(), now);
        withdrawn.add(result.get());
      }
    }
    end(withdrawn);
    return allTold;
  }

  /**
   * Ends what time has ended. A result that another policy shortened ends before its certificate.
   */
  void tick(Instant now) {
    if (records.values().removeIf(one -> isOver(one, now))) {
      publish();
    }
    results.removeEnded(now);
    Map<String, String> ended = new HashMap<>();
    for (NodeResult result : results.all()) {
      if (!result.expiresAt().isAfter(now)) {
        ended.put(result.evidenceDigest(), result.policy() + " lets it hold no longer");
      }
    }
    if (!ended.isEmpty()) {
      var _ = withdraw(ended, now);
    }
  }

  private void deny(Collection<NodeResult> of, Instant now) {
    List<NodeResult> hit = new ArrayList<>();
    for (NodeResult result : of) {
      Optional<Revocation> unseen = notInItsCertificate(result);
      unseen.ifPresent(found -> record(result, found.value(), now));
      if (unseen.isPresent() || against(result).isPresent()) {
        hit.add(result);
      }
    }
    end(hit);
  }

  /** What speaks against a result that nobody can read from its certificate. */
  private Optional<Revocation> notInItsCertificate(NodeResult result) {
    return inForce
        .againstFacts(result.facts())
        .or(() -> againstParts(result))
        .or(() ->
            result.policy().equals(result.issuedUnder())
                ? Optional.empty()
                : inForce.of(Revocation.Kind.POLICY, result.policy()));
  }

  private Optional<Revocation> againstParts(NodeResult result) {
    return result.partTechnologies().stream()
        .map(technology -> inForce.of(Revocation.Kind.TECHNOLOGY, technology))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Revokes one result for as long as its certificate could be shown; false without room. */
  private boolean record(NodeResult result, String reason, Instant now) {
    String subject = Revocation.Kind.RESULT + ":" + result.evidenceDigest();
    Revocation known = records.get(subject);
    if (known != null && known.isInForceAt(now)) {
      return true;
    }
    if (known == null && !hasRoom(now)) {
      return false;
    }
    records.put(
        subject,
        new Revocation(
            Revocation.Kind.RESULT,
            result.evidenceDigest(),
            false,
            known == null ? 1 : known.revision() + 1,
            now,
            Optional.of(result.certifiedUntil()),
            reason));
    return true;
  }

  /** Takes results away, tells the mesh, and ends the nodes that have no newer one. */
  private void end(List<NodeResult> gone) {
    if (gone.isEmpty()) {
      return;
    }
    List<NodeId> nodes = new ArrayList<>();
    for (NodeResult result : gone) {
      if (results.remove(result)) {
        nodes.add(result.node());
      }
    }
    resultsRevision++;
    publish();
    nodes.forEach(denied);
  }

  private Optional<Revocation> against(NodeResult result) {
    return inForce.against(
        result.node(), result.technology(), result.issuedUnder(), result.evidenceDigest());
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

  /** What was concluded of this region's nodes and still stands, in the order in which it came. */
  public List<NodeResult> results() {
    return results.all();
  }

  /** What was concluded last of a node, if that still stands. */
  public Optional<NodeResult> newestOf(NodeId node) {
    return results.newestOf(node);
  }

  /** Whether a result stands, by the digest of its evidence. */
  public boolean stands(String evidenceDigest) {
    return results.find(evidenceDigest).isPresent();
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
