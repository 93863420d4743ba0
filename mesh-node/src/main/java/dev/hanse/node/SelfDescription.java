package dev.hanse.node;

import dev.hanse.api.Capacity;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.node.control.StandingBids;
import dev.hanse.node.dispatch.Dispatcher;
import dev.hanse.node.identity.NodeIdentity;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How this node describes itself to the mesh at any moment. It learns what it is while the node
 * starts, and is asked from then on.
 *
 * <p>Threads: told on the node's event loop, asked from any.
 */
final class SelfDescription {
  private final NodeConfig config;
  private volatile NodeConfig priced;
  private final long incarnation;
  private volatile Optional<Engines> engines = Optional.empty();
  private volatile Optional<Dispatcher> dispatcher = Optional.empty();
  private volatile Optional<NodeIdentity> identity = Optional.empty();
  private volatile Endpoint address = Endpoint.NONE;
  private volatile OptionalInt edgePort = OptionalInt.empty();
  private volatile boolean draining;
  private volatile boolean leaving;

  SelfDescription(NodeConfig config, long incarnation) {
    this.config = config;
    this.priced = config;
    this.incarnation = incarnation;
  }

  void runs(Engines all, Dispatcher running) {
    engines = Optional.of(all);
    dispatcher = Optional.of(running);
  }

  void isReachedAt(Endpoint endpoint) {
    address = endpoint;
  }

  void isAttestedBy(NodeIdentity joined) {
    identity = Optional.of(joined);
  }

  void servesClientsAt(int port) {
    edgePort = OptionalInt.of(port);
  }

  /** Takes nothing new and says so, or takes work again; not once it is leaving. */
  void drain(boolean on) {
    draining = on || leaving;
    dispatcher.ifPresent(running -> running.drain(draining));
  }

  /**
   * Drains for good: the control plane repeats what it wants with every lease, and cannot undo
   * this.
   */
  void leave() {
    leaving = true;
    drain(true);
  }

  boolean isDraining() {
    return draining;
  }

  /** Where peers reach it; {@link Endpoint#NONE} for a node that runs nothing. */
  Endpoint address() {
    return address;
  }

  OptionalInt edgePort() {
    return edgePort;
  }

  Load load() {
    return dispatcher.map(Dispatcher::load).orElse(Load.IDLE);
  }

  MemberState state() {
    if (draining) {
      return MemberState.DRAINING;
    }
    return dispatcher.map(Dispatcher::state).orElse(MemberState.READY);
  }

  /** From now on it asks what {@code newer} asks; all else stays. False if its models differ. */
  boolean reprice(NodeConfig newer) {
    if (!models(newer).equals(models(config))) {
      return false;
    }
    priced = newer;
    return true;
  }

  private static Set<ModelId> models(NodeConfig of) {
    return of.offers().stream().map(ModelOffer::model).collect(Collectors.toUnmodifiableSet());
  }

  /** What it asks for each model. */
  List<StandingBids.Asked> asked() {
    return priced.engines().stream()
        .flatMap(engine -> engine.models().stream())
        .map(model -> new StandingBids.Asked(model.id(), model.price().price(), model.floorPrice()))
        .toList();
  }

  /** What its engines can deliver now: a model whose engine is away is not offered. */
  List<ModelOffer> offers() {
    return dispatcher
        .map(running ->
            priced.offers().stream().filter(offer -> running.serves(offer.model())).toList())
        .orElse(List.of());
  }

  /**
   * This node as the mesh should know it.
   *
   * @throws java.util.NoSuchElementException before it has enrolled
   */
  Member member() {
    return new Member(
        config.nodeId(),
        config.region(),
        address,
        publicUrl(),
        config.meshRoles(),
        offers(),
        config.isProvider() ? config.capacity().announced() : Capacity.NONE,
        engines.map(Engines::description).orElse(""),
        engines.map(Engines::areSimulated).orElse(false),
        config.dataPolicy().dataPolicy(),
        identity.flatMap(NodeIdentity::attestation).orElseThrow(),
        state(),
        incarnation);
  }

  private String publicUrl() {
    if (!config.isEdge()) {
      return "";
    }
    return config
        .publicUrl()
        .map(Object::toString)
        .orElseGet(() ->
            "http://"
                + new Endpoint(
                    config.edge().host(), edgePort.orElse(Math.max(1, config.edge().port()))));
  }
}
