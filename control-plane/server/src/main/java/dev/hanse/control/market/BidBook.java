package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The bids that stand: for each node and model the one in force in this epoch, and the one that
 * will be in the next. A node that left is remembered for a while, so that leaving and coming back
 * is no way around an epoch.
 */
final class BidBook {
  private static final int MAX_MODELS_PER_NODE = 256;

  /** As long as a silent node of another region is kept: ten minutes. */
  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

  private final MarketTerms terms;
  private final Map<NodeId, Map<ModelId, Entry>> entries = new HashMap<>();
  private final Map<NodeId, Instant> seenAt = new HashMap<>();

  /** What one node asks for one model. */
  static final class Entry {
    private Optional<Bid> inForce = Optional.empty();
    private Optional<Bid> next = Optional.empty();
    private long lastSequence;
    private Optional<Verdict.Refused> lastRefusal = Optional.empty();

    Optional<Bid> inForce() {
      return inForce;
    }

    Optional<Bid> next() {
      return next;
    }

    long lastSequence() {
      return lastSequence;
    }

    Optional<Verdict.Refused> lastRefusal() {
      return lastRefusal;
    }

    /** The last bid accepted, in force or not yet. */
    Optional<Bid> newest() {
      return next.or(() -> inForce);
    }

    private void turn(Instant start) {
      next.filter(bid -> !bid.validFrom().isAfter(start))
          .ifPresent(bid -> {
            inForce = next;
            next = Optional.empty();
          });
      inForce = inForce.filter(bid -> bid.validUntil().isAfter(start));
    }
  }

  BidBook(MarketTerms terms) {
    this.terms = terms;
  }

  /** Whether this is the first that is heard of the node and model: it then applies at once. */
  boolean isFirst(Bid bid) {
    return find(bid.node(), bid.model()).map(entry -> entry.lastSequence == 0).orElse(true);
  }

  Optional<Entry> find(NodeId node, ModelId model) {
    return Optional.ofNullable(entries.get(node)).map(models -> models.get(model));
  }

  /** The node's entries, in order of model. */
  Map<ModelId, Entry> of(NodeId node) {
    return entries.getOrDefault(node, Map.of());
  }

  boolean hasRoomFor(Bid bid) {
    Map<ModelId, Entry> models = entries.get(bid.node());
    return models == null
        ? entries.size() < terms.maxNodes()
        : models.containsKey(bid.model()) || models.size() < MAX_MODELS_PER_NODE;
  }

  /** Takes a bid that was found good. */
  void accept(Bid bid, Instant now) {
    boolean first = isFirst(bid) && !bid.validFrom().isAfter(now);
    Entry entry = entry(bid.node(), bid.model());
    if (first) {
      entry.inForce = Optional.of(bid);
    } else {
      entry.next = Optional.of(bid);
    }
    entry.lastSequence = bid.sequence();
    entry.lastRefusal = Optional.empty();
    seenAt.put(bid.node(), now);
  }

  /** Keeps why a bid was refused, for whoever asks; nothing else changes. */
  void refused(NodeId node, ModelId model, Verdict.Refused refused, Instant now) {
    Map<ModelId, Entry> models = entries.get(node);
    boolean room =
        models == null
            ? entries.size() < terms.maxNodes()
            : models.containsKey(model) || models.size() < MAX_MODELS_PER_NODE;
    if (room) {
      entry(node, model).lastRefusal = Optional.of(refused);
      seenAt.putIfAbsent(node, now);
    }
  }

  private Entry entry(NodeId node, ModelId model) {
    return entries
        .computeIfAbsent(node, _ -> new TreeMap<>())
        .computeIfAbsent(model, _ -> new Entry());
  }

  /** A new epoch begins: bids of before come into force, ended ones leave it. */
  void turn(Instant start, Collection<NodeId> present, Instant now) {
    present.forEach(node -> seenAt.computeIfPresent(node, (same, before) -> now));
    List<NodeId> gone = new ArrayList<>();
    seenAt.forEach((node, at) -> {
      if (Duration.between(at, now).compareTo(REMEMBERED_FOR) > 0) {
        gone.add(node);
      }
    });
    gone.forEach(entries::remove);
    gone.forEach(seenAt::remove);
    entries.values().forEach(models -> models.values().forEach(entry -> entry.turn(start)));
  }

  /** Every node with a bid, those that left lately included. */
  Set<NodeId> nodes() {
    return Set.copyOf(entries.keySet());
  }
}
