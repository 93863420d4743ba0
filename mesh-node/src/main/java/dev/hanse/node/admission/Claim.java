package dev.hanse.node.admission;

import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.node.admission.Admission.Admitted;
import dev.hanse.node.admission.Admission.Reason;
import dev.hanse.node.admission.Admission.Refused;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One request's hold on this edge and on its key's budget: a place in flight from its headers on,
 * bytes while its body arrives, tokens once it is understood.
 *
 * <p>States: {@code OPEN → RESERVED → SETTLED | ABANDONED}, or {@code OPEN → ABANDONED}. Each step
 * is one compare-and-set; the first to end it gives everything back exactly once, everybody later
 * gets false. (The machine is that of SMG's rate-limit reservations.)
 *
 * <p>Threads: any.
 */
public final class Claim {
  /** How long to wait for room on this edge: most answers leave some within a second. */
  static final Duration ROOM_RETRY = Duration.ofSeconds(1);

  private static final State OPEN = new State(Phase.OPEN, 0, 0);

  private final Gate gate;
  private final ClientKey key;
  private final KeyBudget budget;
  private final AtomicReference<State> state = new AtomicReference<>(OPEN);

  Claim(Gate gate, ClientKey key, KeyBudget budget) {
    this.gate = gate;
    this.key = key;
    this.budget = budget;
  }

  public ClientKey key() {
    return key;
  }

  /** Asks for room for {@code bytes} more of the request's body. */
  public Admission hold(long bytes) {
    if (!gate.holdBytes(bytes)) {
      return new Refused(Reason.EDGE_BYTES, ROOM_RETRY);
    }
    while (true) {
      State now = state.get();
      if (now.isEnded()) {
        gate.releaseBytes(bytes);
        return new Refused(Reason.EDGE_BYTES, Duration.ZERO);
      }
      State after = new State(now.phase, now.heldBytes + bytes, now.reservedTokens);
      if (state.compareAndSet(now, after)) {
        return new Admitted(this);
      }
    }
  }

  /**
   * Charges the request to its key and reserves its tokens.
   *
   * @param tokens estimate of its prompt and the most it may produce; not negative
   * @throws IllegalStateException when called twice
   */
  public Admission reserve(ModelId model, long tokens) {
    if (!key.models().isEmpty() && !key.models().contains(model)) {
      return new Refused(Reason.MODEL_NOT_ALLOWED, Duration.ZERO);
    }
    if (key.tokensPerMinute() > 0 && tokens > key.tokensPerMinute()) {
      return new Refused(Reason.LARGER_THAN_TOKEN_LIMIT, Duration.ZERO);
    }
    Duration wait = budget.reserve(key, tokens);
    if (wait.isPositive()) {
      return new Refused(Reason.REQUEST_OR_TOKEN_RATE, wait);
    }
    while (true) {
      State now = state.get();
      if (now.phase != Phase.OPEN) {
        budget.settle(key, tokens, 0);
        if (now.phase == Phase.RESERVED) {
          throw new IllegalStateException("a claim reserves once");
        }
        return new Refused(Reason.EDGE_IN_FLIGHT, Duration.ZERO);
      }
      if (state.compareAndSet(now, new State(Phase.RESERVED, now.heldBytes, tokens))) {
        return new Admitted(this);
      }
    }
  }

  /**
   * Ends the claim with what the request used.
   *
   * @return false when it had ended already; then nothing changes
   */
  public boolean settle(long usedTokens) {
    return end(Phase.SETTLED, Math.max(0, usedTokens));
  }

  /** Ends the claim as if nothing had been used. Idempotent, as {@link #settle}. */
  public boolean abandon() {
    return end(Phase.ABANDONED, 0);
  }

  private boolean end(Phase phase, long usedTokens) {
    State before;
    do {
      before = state.get();
      if (before.isEnded()) {
        return false;
      }
    } while (!state.compareAndSet(before, new State(phase, 0, 0)));
    if (before.phase == Phase.RESERVED) {
      budget.settle(key, before.reservedTokens, usedTokens);
    }
    gate.releaseBytes(before.heldBytes);
    gate.leave();
    budget.leave();
    return true;
  }

  private enum Phase {
    OPEN,
    RESERVED,
    SETTLED,
    ABANDONED
  }

  private record State(Phase phase, long heldBytes, long reservedTokens) {
    boolean isEnded() {
      return phase == Phase.SETTLED || phase == Phase.ABANDONED;
    }
  }
}
