package dev.hanse.node.admission;

import dev.hanse.node.admission.Admission.Admitted;
import dev.hanse.node.admission.Admission.Reason;
import dev.hanse.node.admission.Admission.Refused;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all requests of this edge share: places in flight and memory for their bodies.
 *
 * <p>Threads: any; each bound is taken by compare-and-set, so it is never exceeded, not even
 * briefly.
 */
public final class Gate {
  private final AdmissionLimits limits;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong heldBytes = new AtomicLong();

  public Gate(AdmissionLimits limits) {
    this.limits = limits;
  }

  /** Lets a request with a valid key in, before its body is read. */
  public Admission enter(KeyCheck.Valid client) {
    if (!takePlace()) {
      return new Refused(Reason.EDGE_IN_FLIGHT, Claim.ROOM_RETRY);
    }
    if (!client.budget().enter(limits.maxInFlightPerKey())) {
      inFlight.getAndDecrement();
      return new Refused(Reason.KEY_IN_FLIGHT, Claim.ROOM_RETRY);
    }
    return new Admitted(new Claim(this, client.key(), client.budget()));
  }

  /** Requests between their headers and the end of their answer. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Bytes of request bodies in memory. */
  public long heldBytes() {
    return heldBytes.get();
  }

  private boolean takePlace() {
    int now;
    do {
      now = inFlight.get();
      if (now >= limits.maxInFlight()) {
        return false;
      }
    } while (!inFlight.compareAndSet(now, now + 1));
    return true;
  }

  void leave() {
    inFlight.getAndDecrement();
  }

  boolean holdBytes(long bytes) {
    long now;
    do {
      now = heldBytes.get();
      if (bytes > limits.maxHeld().bytes() - now) {
        return false;
      }
    } while (!heldBytes.compareAndSet(now, now + bytes));
    return true;
  }

  void releaseBytes(long bytes) {
    heldBytes.getAndAdd(-bytes);
  }
}
