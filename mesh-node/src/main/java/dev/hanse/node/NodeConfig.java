package dev.hanse.node;

import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.Masked;
import dev.hanse.api.config.Secret;
import dev.hanse.node.dispatch.DispatchLimits;
import dev.hanse.node.edge.EdgeConfig;
import dev.hanse.node.serving.ServingPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything {@code hanse node} can be told, one record per room. */
@Doc(
    """
    A node of a Hanse mesh.
    Read strictly: a key that is not listed here stops the start. The variable named beside a key
    wins over this file, and the command line over both.\
    """)
public record NodeConfig(
    @Doc("The region it is in, for example eu-west.") RegionId region,
    @Doc("The provider it belongs to: the one its join token is for.") String provider,
    @Doc("Its name within its provider, for example gpu-1.") String name,
    @Doc("edge takes client requests and places them, provider runs them on its engines.")
        @Default("[edge, provider]")
        List<Part> roles,
    @Doc("Where other nodes reach it over gRPC; port 0 takes any.") @Default("127.0.0.1:7444")
        Endpoint listen,
    @Doc("What it tells others to reach it at, where that is not what it listens on.")
        Optional<Endpoint> advertise,
    @Doc("Where clients reach its edge, where that is not what the edge listens on.")
        Optional<URI> publicUrl,
    @Doc(
            """
            Where it keeps its key and the last view of the mesh, so that it can start while the
            control plane is down. Missing: in memory.\
            """)
        Optional<Path> dataDir,
    @Doc("Other regions, in the order in which requests go there when this one is full.")
        List<RegionId> spillOrder,
    Control control,
    EdgeConfig edge,
    List<EngineConfig> engines,
    CapacityConfig capacity,
    Bidding bids,
    Policy dataPolicy,
    Attempts attempts,
    TelemetryConfig telemetry) {

  /** What a node can do; a control plane is another process. */
  public enum Part {
    EDGE,
    PROVIDER
  }

  public NodeConfig {
    var _ = new NodeId(provider, name);
    roles = List.copyOf(roles);
    spillOrder = List.copyOf(spillOrder);
    engines = List.copyOf(engines);
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("roles must name edge, provider or both");
    }
    if (roles.contains(Part.PROVIDER) == engines.isEmpty()) {
      throw new IllegalArgumentException(
          engines.isEmpty()
              ? "engines must hold at least one, or roles must be [edge]"
              : "engines need the role provider");
    }
    if (spillOrder.contains(region) || new HashSet<>(spillOrder).size() < spillOrder.size()) {
      throw new IllegalArgumentException("spill-order must name other regions, each once");
    }
    Set<ModelId> models = new HashSet<>();
    for (EngineConfig engine : engines) {
      for (EngineConfig.Model model : engine.models()) {
        if (!models.add(model.id())) {
          throw new IllegalArgumentException("engines must not offer " + model.id() + " twice");
        }
      }
    }
  }

  public NodeId nodeId() {
    return new NodeId(provider, name);
  }

  public Set<Role> meshRoles() {
    return roles.stream()
        .map(part ->
            switch (part) {
              case EDGE -> Role.EDGE;
              case PROVIDER -> Role.PROVIDER;
            })
        .collect(Collectors.toUnmodifiableSet());
  }

  public boolean isEdge() {
    return roles.contains(Part.EDGE);
  }

  public boolean isProvider() {
    return roles.contains(Part.PROVIDER);
  }

  /** What all its engines sell. */
  public List<ModelOffer> offers() {
    return engines.stream()
        .flatMap(engine -> engine.models().stream())
        .map(EngineConfig.Model::offer)
        .toList();
  }

  /** How it joins, and whom it reports to. */
  @Doc("The region's control planes.")
  public record Control(
      @Doc("Their gRPC addresses, tried in turn.") List<Endpoint> addresses,
      @Doc("PEM file with the mesh's root certificates. This or root-fingerprint is required.")
          Optional<Path> trustBundle,
      @Doc("SHA-256 of the mesh's root certificate in hexadecimal, colons allowed.")
          Optional<String> rootFingerprint,
      @Doc("Proves the right to join as provider. Best kept in a file.") @Secret
          Optional<String> joinToken) {
    public Control {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty() || addresses.size() > 16) {
        throw new IllegalArgumentException(
            "addresses must hold 1 to 16 control planes, had " + addresses.size());
      }
      if (trustBundle.isPresent() == rootFingerprint.isPresent()) {
        throw new IllegalArgumentException("one of trust-bundle and root-fingerprint is required");
      }
      if (rootFingerprint.isPresent()
          && !rootFingerprint.get().replace(":", "").matches("[0-9a-fA-F]{64}")) {
        throw new IllegalArgumentException("root-fingerprint must be 64 hexadecimal digits");
      }
    }

    @Override
    public String toString() {
      return Masked.text(this);
    }
  }

  /** How much it takes on. */
  @Doc("How much the node takes on for all its engines together; announced to the mesh.")
  public record CapacityConfig(
      @Doc("Tokens of uncached prefill and remaining decode in flight at once.") @Default("100000")
          long workTokens,
      @Doc("Prompt tokens processed in a second; 0 where unknown.") @Default("0")
          long prefillTokensPerSecond,
      @Doc("Completion tokens produced in a second over all requests; 0 where unknown.")
          @Default("0")
          long decodeTokensPerSecond,
      @Doc("Requests in flight at once.") @Default("256") int maxRequests,
      @Doc("Requests that wait for room; more are refused.") @Default("256") int maxQueued,
      @Doc("How long a request waits before it is refused after all.") @Default("2s")
          Duration longestQueueing) {
    public CapacityConfig {
      if (workTokens < 1) {
        throw new IllegalArgumentException("work-tokens must be above 0, was " + workTokens);
      }
      if (prefillTokensPerSecond < 0 || decodeTokensPerSecond < 0) {
        throw new IllegalArgumentException("rates must not be negative");
      }
      if (maxRequests < 1 || maxRequests > 65_536) {
        throw new IllegalArgumentException("max-requests must be 1 to 65536, was " + maxRequests);
      }
      if (maxQueued < 0 || maxQueued > 65_536) {
        throw new IllegalArgumentException("max-queued must be 0 to 65536, was " + maxQueued);
      }
      if (!longestQueueing.isPositive()) {
        throw new IllegalArgumentException("longest-queueing must be above 0s");
      }
    }

    public Capacity announced() {
      return new Capacity(workTokens, prefillTokensPerSecond, decodeTokensPerSecond);
    }

    DispatchLimits limits() {
      return new DispatchLimits(
          workTokens,
          maxRequests,
          maxQueued,
          longestQueueing,
          DispatchLimits.ofWorkTokens(workTokens).expectedOutputTokens());
    }
  }

  /** How it bids. */
  @Doc(
      "What its models' prices are told the market as. A price changed in this file is bid within"
          + " seconds and holds from the next epoch; anything else waits for a restart.")
  public record Bidding(
      @Doc("How long a bid stands; it is renewed after half of that.") @Default("12h")
          Duration validity) {
    public Bidding {
      if (validity.compareTo(Duration.ofMinutes(2)) < 0
          || validity.compareTo(Duration.ofDays(30)) > 0) {
        throw new IllegalArgumentException("validity must be 2m to 30d, was " + validity);
      }
    }
  }

  /** What the provider promises. */
  @Doc("What the provider does with the prompts it sees; clients may insist on neither.")
  public record Policy(
      @Default("false") boolean retainsPrompts, @Default("false") boolean trainsOnPrompts) {
    public DataPolicy dataPolicy() {
      return new DataPolicy(retainsPrompts, trainsOnPrompts);
    }
  }

  /** How hard the edge tries. */
  @Doc("How hard the edge tries before it gives up on a request.")
  public record Attempts(
      @Doc("Nodes asked for one request, repeats included; 1 never retries.") @Default("3")
          int most,
      @Doc("How long a node may stay silent before another is asked instead.") @Default("30s")
          Duration firstChunkWithin,
      @Doc("Silence in the middle of a stream that counts as a failure.") @Default("30s")
          Duration stallAfter,
      @Doc("First pause before a repeat; doubles with each, with jitter.") @Default("50ms")
          Duration backoff,
      @Doc("How long a request waits for a node with room.") @Default("5s")
          Duration placementPatience,
      @Doc("Requests that may wait so; more are refused.") @Default("1024") int maxWaiting) {
    public Attempts {
      if (most < 1 || most > 16) {
        throw new IllegalArgumentException("most must be 1 to 16, was " + most);
      }
      if (!firstChunkWithin.isPositive() || !stallAfter.isPositive() || !backoff.isPositive()) {
        throw new IllegalArgumentException(
            "first-chunk-within, stall-after and backoff must be above 0s");
      }
      if (maxWaiting < 0) {
        throw new IllegalArgumentException("max-waiting must not be negative, was " + maxWaiting);
      }
    }

    ServingPolicy policy() {
      return new ServingPolicy(
          most,
          firstChunkWithin,
          stallAfter,
          backoff,
          ServingPolicy.DEFAULT.longestPause(),
          placementPatience,
          maxWaiting);
    }
  }

  /** Where it tells of itself. */
  @Doc("Traces and metrics; they never hold prompts, completions or keys.")
  public record TelemetryConfig(
      @Doc("Answer /metrics on the edge in Prometheus' format.") @Default("true")
          boolean prometheus,
      @Doc("An OTLP/HTTP collector, for example http://127.0.0.1:4318.") Optional<URI> otlp,
      @Doc("Share of traces kept where the client did not decide, 0 to 1.") @Default("1")
          double sampled) {
    public TelemetryConfig {
      if (sampled < 0 || sampled > 1) {
        throw new IllegalArgumentException("sampled must be 0 to 1, was " + sampled);
      }
    }

    public boolean isOff() {
      return !prometheus && otlp.isEmpty();
    }
  }
}
