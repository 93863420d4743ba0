package dev.hanse.node.control;

import dev.hanse.api.Bid;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.SignedBid;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Keeps what a node asks standing: makes a bid for each model, a new one when the price changed or
 * half of its time is over, and signs it again when the identity was renewed.
 *
 * <p>Sequences are the time of day in milliseconds, or one more than the last where the clock has
 * not moved on, so they rise over restarts without a file. Should a clock have been set back, the
 * control plane's refusal names the sequence to rise above.
 *
 * <p>Threads: one context.
 */
public final class StandingBids implements Trade {
  private static final Logger LOG = System.getLogger(StandingBids.class.getName());

  /** A control plane's clock may be behind by this much without the bid having to wait for it. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final NodeId node;
  private final Supplier<List<Asked>> asked;
  private final Duration validity;
  private final Supplier<PrivateKey> key;
  private final InstantSource clock;
  private final Supplier<List<Outcomes>> seen;
  private final Map<ModelId, Signed> standing = new HashMap<>();
  private final Map<ModelId, Long> outbid = new HashMap<>();
  private final Map<String, String> complained = new HashMap<>();

  /**
   * What is asked for a model.
   *
   * @param floor nothing is settled below it
   */
  public record Asked(ModelId model, Price price, Price floor) {}

  private record Signed(SignedBid bid, PrivateKey key) {
    /** Not the key. */
    @Override
    public String toString() {
      return bid.toString();
    }
  }

  /**
   * Bids for nothing yet.
   *
   * @param validity how long a bid stands; it is replaced after half of that
   * @param key of the newest identity
   * @param seen empties itself; what an edge saw of sellers
   */
  public StandingBids(
      NodeId node,
      Supplier<List<Asked>> asked,
      Duration validity,
      Supplier<PrivateKey> key,
      InstantSource clock,
      Supplier<List<Outcomes>> seen) {
    this.node = node;
    this.asked = asked;
    this.validity = validity;
    this.key = key;
    this.clock = clock;
    this.seen = seen;
  }

  @Override
  public List<SignedBid> bids() {
    List<SignedBid> bids = new ArrayList<>();
    Set<ModelId> models = new HashSet<>();
    for (Asked each : asked.get()) {
      models.add(each.model());
      bids.add(standing(each).bid());
    }
    standing.keySet().retainAll(models);
    return bids;
  }

  private Signed standing(Asked wanted) {
    PrivateKey now = key.get();
    Signed known = standing.get(wanted.model());
    boolean stands = known != null && stands(known.bid().bid(), wanted);
    if (known != null && stands && known.key().equals(now)) {
      return known;
    }
    Bid bid = known != null && stands ? known.bid().bid() : bid(wanted);
    Signed signed = new Signed(SignedBid.by(now, bid), now);
    standing.put(wanted.model(), signed);
    return signed;
  }

  private boolean stands(Bid bid, Asked wanted) {
    return bid.price().equals(wanted.price())
        && bid.floor().equals(wanted.floor())
        && bid.sequence() > outbid.getOrDefault(wanted.model(), 0L)
        && clock.instant().isBefore(bid.validFrom().plus(validity.dividedBy(2)));
  }

  private Bid bid(Asked wanted) {
    Instant now = clock.instant();
    Instant from = now.minus(SKEW);
    Signed before = standing.get(wanted.model());
    long last =
        Math.max(
            before == null ? 0 : before.bid().bid().sequence(),
            outbid.getOrDefault(wanted.model(), 0L));
    return new Bid(
        node,
        wanted.model(),
        wanted.price(),
        wanted.floor(),
        from,
        from.plus(validity),
        Math.max(now.toEpochMilli(), last + 1));
  }

  @Override
  public List<Outcomes> outcomes() {
    return seen.get();
  }

  @Override
  public void judged(String model, long sequence, String code, String message, long lastSequence) {
    if (code.isEmpty()) {
      complained.remove(model);
      return;
    }
    boolean behind = code.equals("stale-sequence") || code.equals("sequence-reused");
    if (behind && lastSequence > 0 && lastSequence < Long.MAX_VALUE) {
      standing.keySet().stream()
          .filter(known -> known.value().equals(model))
          .findFirst()
          .ifPresent(known -> outbid.put(known, lastSequence));
    }
    if (!code.equals(complained.put(model, code))) {
      LOG.log(
          Level.WARNING,
          "bid refused model={0} sequence={1} code={2} message=\"{3}\"",
          model,
          Long.toString(sequence),
          code,
          message);
    }
  }
}
