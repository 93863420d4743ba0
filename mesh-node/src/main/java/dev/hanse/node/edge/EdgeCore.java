package dev.hanse.node.edge;

import dev.hanse.node.admission.Gate;
import dev.hanse.node.admission.KeyRing;
import dev.hanse.node.edge.body.BodyReader;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * What all event loops of one edge share.
 *
 * <p>Threads: any.
 */
final class EdgeCore {
  private final Vertx vertx;
  private final EdgeConfig config;
  private final EdgePorts ports;
  private final KeyRing keys;
  private final Gate gate;
  private final BodyReader reader;
  private final ErrorReply errors;
  private final ModelCatalogue models;
  private final RandomGenerator random;

  /** Requests whose end is still to come; bounded by the gate's places and open connections. */
  private final Set<InferenceCall> active = ConcurrentHashMap.newKeySet();

  private volatile boolean draining;

  EdgeCore(Vertx vertx, EdgeConfig config, EdgePorts ports, KeyRing keys, RandomGenerator random) {
    this.vertx = vertx;
    this.config = config;
    this.ports = ports;
    this.keys = keys;
    this.random = random;
    this.gate = new Gate(config.admission());
    this.reader = new BodyReader(config.body());
    this.errors = new ErrorReply(vertx, config);
    this.models = new ModelCatalogue(ports.members());
  }

  Vertx vertx() {
    return vertx;
  }

  EdgeConfig config() {
    return config;
  }

  EdgePorts ports() {
    return ports;
  }

  KeyRing keys() {
    return keys;
  }

  Gate gate() {
    return gate;
  }

  BodyReader reader() {
    return reader;
  }

  ErrorReply errors() {
    return errors;
  }

  ModelCatalogue models() {
    return models;
  }

  RandomGenerator random() {
    return random;
  }

  Set<InferenceCall> active() {
    return active;
  }

  boolean isDraining() {
    return draining;
  }

  void startDraining() {
    draining = true;
  }
}
