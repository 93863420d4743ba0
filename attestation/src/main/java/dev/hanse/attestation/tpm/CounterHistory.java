package dev.hanse.attestation.tpm;

import java.time.Instant;
import java.util.Optional;

/** What each TPM's clock said in its last accepted quote. Any thread; no I/O. */
public interface CounterHistory {
  /** Nothing is remembered: every quote is a first one, and passes. */
  CounterHistory NONE =
      new CounterHistory() {
        @Override
        public Optional<Counters> last(KnownKey key, Instant before) {
          return Optional.empty();
        }

        @Override
        public void accepted(KnownKey key, Counters counters, Instant at) {}
      };

  /**
   * The counters of the last quote of a key's TPM that was accepted.
   *
   * @param before when the quote in question is judged: what was accepted later, or at that very
   *     time, does not count against it, so that evidence can be judged once more as of its own
   *     time
   */
  Optional<Counters> last(KnownKey key, Instant before);

  /** A quote passed every check. */
  void accepted(KnownKey key, Counters counters, Instant at);
}
