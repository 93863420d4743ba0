package dev.hanse.node.control;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream open for as long as it lives: opens it, notices that it died or fell silent,
 * pauses, opens it again at the next address, and at the same address when the credential changed.
 *
 * <p>Threads: one context; so does everything it calls.
 */
final class Lifeline<S, R> {
  private static final Logger LOG = System.getLogger(Lifeline.class.getName());

  /** What is spoken over the line. Called between {@link #start} and {@link #close} only. */
  interface Protocol<S, R> {
    /** A new stream; whatever was said on the last one is to be said again. */
    void opened(Dialer.Call<S> call);

    void heard(R message);

    void lost();
  }

  private final String name;
  private final Dialer<S, R> dialer;
  private final Loop loop;
  private final RandomGenerator random;
  private final Pace pace;
  private final Protocol<S, R> protocol;

  private @Nullable Session session;
  private Runnable cancelRetry = () -> {};
  private int address;
  private int failures;
  private boolean live;
  private boolean closed;

  Lifeline(
      String name,
      Dialer<S, R> dialer,
      Loop loop,
      RandomGenerator random,
      Pace pace,
      Protocol<S, R> protocol) {
    this.name = name;
    this.dialer = dialer;
    this.loop = loop;
    this.random = random;
    this.pace = pace;
    this.protocol = protocol;
  }

  void start() {
    dial();
  }

  /** The other side did what it is there for: the next pause is short again. */
  void progressed() {
    failures = 0;
    if (!live) {
      live = true;
      LOG.log(Level.INFO, "{0}: connected", name);
    }
  }

  boolean isLive() {
    return live;
  }

  /** Gives up the stream, for a reason the protocol has, and opens another after a pause. */
  void giveUp(String reason, Duration atLeast) {
    Session current = session;
    if (current != null) {
      // First forgotten, then cancelled: cancelling may call onClosed from within.
      session = null;
      current.abandon();
      lose(reason, atLeast);
    }
  }

  /** Ends for good. Whoever wants to say goodbye does so before. */
  void close() {
    closed = true;
    live = false;
    cancelRetry.run();
    Session current = session;
    session = null;
    if (current != null) {
      current.abandon();
    }
  }

  private void dial() {
    if (closed) {
      return;
    }
    Session dialled = new Session(dialer.credential());
    session = dialled;
    dialled.watch(pace.openWithin(), () -> giveUp("no connection", Duration.ZERO));
    dialer.dial(address, dialled);
  }

  private void lose(String reason, Duration atLeast) {
    boolean wasLive = live;
    live = false;
    session = null;
    address++;
    protocol.lost();
    if (closed) {
      return;
    }
    Duration pause = pace.pauseAfter(failures++, random);
    Duration longer = pause.compareTo(atLeast) < 0 ? atLeast : pause;
    // Once per outage for people, each try for those who look closely.
    LOG.log(
        wasLive || failures == 1 ? Level.WARNING : Level.DEBUG,
        "{0}: lost, {1}; next try in {2} ms",
        name,
        reason,
        longer.toMillis());
    cancelRetry = loop.after(longer, this::dial);
  }

  /** One stream. After it was given up it hears nothing and does nothing. */
  private final class Session implements Dialer.Listener<S, R> {
    private final Object credential;
    private Optional<Dialer.Call<S>> call = Optional.empty();
    private Runnable cancelWatch = () -> {};
    private boolean heardSomething;

    Session(Object credential) {
      this.credential = credential;
    }

    @Override
    public void onOpen(Dialer.Call<S> opened) {
      if (session != this) {
        opened.cancel();
        return;
      }
      call = Optional.of(opened);
      heardSomething = true;
      cancelWatch.run();
      look(opened);
      protocol.opened(opened);
    }

    @Override
    public void onMessage(R message) {
      if (session == this) {
        heardSomething = true;
        protocol.heard(message);
      }
    }

    @Override
    public void onClosed(String reason) {
      if (session == this) {
        cancelWatch.run();
        lose(reason, Duration.ZERO);
      }
    }

    /** Once every {@code stallAfter}: has there been a sign of life since the last look? */
    private void look(Dialer.Call<S> opened) {
      if (session != this) {
        return;
      }
      if (!dialer.credential().equals(credential)) {
        renew();
        return;
      }
      if (!heardSomething) {
        giveUp("it fell silent", Duration.ZERO);
        return;
      }
      heardSomething = false;
      opened.ping(() -> heardSomething = true);
      watch(pace.stallAfter(), () -> look(opened));
    }

    /** A planned change: no pause, no other address, and nothing has failed. */
    private void renew() {
      LOG.log(Level.DEBUG, "{0}: connecting again with the renewed identity", name);
      session = null;
      abandon();
      protocol.lost();
      dial();
    }

    void watch(Duration delay, Runnable task) {
      cancelWatch = loop.after(delay, task);
    }

    void abandon() {
      cancelWatch.run();
      call.ifPresent(Dialer.Call::cancel);
    }
  }
}
