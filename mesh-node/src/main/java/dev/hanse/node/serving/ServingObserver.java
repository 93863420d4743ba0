package dev.hanse.node.serving;

import dev.hanse.api.Member;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.routing.Route;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import java.time.Duration;
import java.util.Optional;

/**
 * Watches requests being served, for metrics and the log. Called on the request's context; must not
 * block and must not throw.
 */
public interface ServingObserver {
  /** Looks away. */
  ServingObserver NONE = new ServingObserver() {};

  default void attemptStarted(ServingRequest request, Member node, int number) {}

  /**
   * The first chunk of a stream came.
   *
   * @param after since the attempt was started
   */
  default void firstChunk(ServingRequest request, Member node, Duration after) {}

  /**
   * An attempt is over.
   *
   * @param failure why; empty when it answered
   */
  default void attemptEnded(
      ServingRequest request, Member node, int number, Optional<ProviderFailure> failure) {}

  /** Placement refused; the request may wait and ask again. */
  default void refused(ServingRequest request, Route.Refused refused) {}

  /** The request is over. Called exactly once for each. */
  default void settled(ServingRequest request, Settlement settlement) {}

  /** Both watch, this one first. */
  default ServingObserver and(ServingObserver other) {
    ServingObserver first = this;
    return new ServingObserver() {
      @Override
      public void attemptStarted(ServingRequest request, Member node, int number) {
        first.attemptStarted(request, node, number);
        other.attemptStarted(request, node, number);
      }

      @Override
      public void firstChunk(ServingRequest request, Member node, Duration after) {
        first.firstChunk(request, node, after);
        other.firstChunk(request, node, after);
      }

      @Override
      public void attemptEnded(
          ServingRequest request, Member node, int number, Optional<ProviderFailure> failure) {
        first.attemptEnded(request, node, number, failure);
        other.attemptEnded(request, node, number, failure);
      }

      @Override
      public void refused(ServingRequest request, Route.Refused refused) {
        first.refused(request, refused);
        other.refused(request, refused);
      }

      @Override
      public void settled(ServingRequest request, Settlement settlement) {
        first.settled(request, settlement);
        other.settled(request, settlement);
      }
    };
  }

  /**
   * How a request ended and what it cost.
   *
   * @param placed where the answer came from; empty when nobody answered
   * @param usage what is billed: failed attempts before the first chunk are not in it
   * @param costMicros {@code usage} at the leased price, in micro-USD
   * @param took from arrival to the end
   */
  record Settlement(
      Outcome outcome,
      Optional<Placed> placed,
      int attempts,
      Usage usage,
      long costMicros,
      Duration took) {}

  /** How a request can end. */
  enum Outcome {
    ANSWERED,
    /** Nobody answered; nothing is billed. */
    FAILED,
    /** The answer broke off; what had come is billed. */
    BROKEN_OFF,
    /** The client went away; what had come is billed. */
    CANCELLED
  }
}
