package dev.hanse.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.Masked;
import dev.hanse.api.config.Secret;
import dev.hanse.control.membership.MembershipTerms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** How one region's control plane runs. */
@Doc("A region's control plane.")
public record ControlConfig(
    @Doc("The region it leads, for example eu-west.") RegionId region,
    @Doc("Where data placed in the region may be said to be, for example eu; default: the region.")
        Optional<String> residency,
    @Doc("Where nodes and other control planes reach it over gRPC; port 0 takes any.")
        @Default("127.0.0.1:7443")
        Endpoint listen,
    @Doc("What it tells others to reach it at, where that is not what it listens on.")
        Optional<Endpoint> advertise,
    @Doc("The other regions' control planes, by region, each with its host:port.")
        Map<RegionId, Endpoint> peers,
    @Doc("Where its state is kept: client keys, join tokens, who was a member. Missing: in memory.")
        Optional<Path> dataDir,
    @Doc(
            """
            The mesh's secret that requests are placed with: 16 hexadecimal digits, the same in all
            regions, made by hanse mesh-init. Missing: who chooses keys can choose nodes.\
            """)
        @Secret
        Optional<String> placementSeed,
    Admin admin,
    Timing timing,
    Bounds bounds,
    MarketConfig market) {
  private static final Pattern SEED = Pattern.compile("[0-9a-fA-F]{16}");

  public ControlConfig {
    peers = Map.copyOf(peers);
    if (placementSeed.isPresent() && !SEED.matcher(placementSeed.get().strip()).matches()) {
      throw new IllegalArgumentException("placement-seed must be 16 hexadecimal digits");
    }
    if (peers.containsKey(region)) {
      throw new IllegalArgumentException("peers must be other regions, had " + region + " itself");
    }
  }

  /** A region in one process, on any ports of the loopback, in memory. */
  public static ControlConfig local(RegionId region, String adminToken) {
    Endpoint any = new Endpoint("127.0.0.1", 0);
    return new ControlConfig(
        region,
        Optional.empty(),
        any,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        new Admin(any, adminToken),
        Timing.DEFAULT,
        Bounds.DEFAULT,
        MarketConfig.DEFAULT);
  }

  public ControlConfig withPeers(Map<RegionId, Endpoint> newPeers) {
    return new ControlConfig(
        region,
        residency,
        listen,
        advertise,
        newPeers,
        dataDir,
        placementSeed,
        admin,
        timing,
        bounds,
        market);
  }

  public ControlConfig withListen(Endpoint newListen) {
    return new ControlConfig(
        region,
        residency,
        newListen,
        advertise,
        peers,
        dataDir,
        placementSeed,
        admin,
        timing,
        bounds,
        market);
  }

  public ControlConfig withAdmin(Admin newAdmin) {
    return new ControlConfig(
        region,
        residency,
        listen,
        advertise,
        peers,
        dataDir,
        placementSeed,
        newAdmin,
        timing,
        bounds,
        market);
  }

  public ControlConfig withTiming(Timing newTiming) {
    return new ControlConfig(
        region,
        residency,
        listen,
        advertise,
        peers,
        dataDir,
        placementSeed,
        admin,
        newTiming,
        bounds,
        market);
  }

  public ControlConfig withResidency(String newResidency) {
    return new ControlConfig(
        region,
        Optional.of(newResidency),
        listen,
        advertise,
        peers,
        dataDir,
        placementSeed,
        admin,
        timing,
        bounds,
        market);
  }

  /** Given the mesh's secret, as 16 hexadecimal digits. */
  public ControlConfig withPlacementSeed(String seed) {
    return new ControlConfig(
        region,
        residency,
        listen,
        advertise,
        peers,
        dataDir,
        Optional.of(seed),
        admin,
        timing,
        bounds,
        market);
  }

  public ControlConfig withMarket(MarketConfig newMarket) {
    return new ControlConfig(
        region,
        residency,
        listen,
        advertise,
        peers,
        dataDir,
        placementSeed,
        admin,
        timing,
        bounds,
        newMarket);
  }

  /** The mesh's secret; 0 where there is none. */
  long seed() {
    return placementSeed.map(hex -> Long.parseUnsignedLong(hex.strip(), 16)).orElse(0L);
  }

  @Override
  public String toString() {
    return Masked.text(this);
  }

  MembershipTerms terms() {
    return new MembershipTerms(
        timing.beatInterval,
        timing.lease,
        timing.silentAfter,
        timing.forgetAfter,
        bounds.members,
        bounds.clientKeys,
        bounds.regions,
        bounds.deltaHistory);
  }

  /** The admin REST API. */
  @Doc(
      "The admin REST API: plain HTTP, so keep it on the loopback or behind something that is not.")
  public record Admin(
      @Doc("Where it listens; port 0 takes any.") @Default("127.0.0.1:7480") Endpoint listen,
      @Doc("The bearer token operators show; at least 16 characters. Best kept in a file.") @Secret
          String token) {
    private static final int MIN_TOKEN_CHARS = 16;

    public Admin {
      if (token.length() < MIN_TOKEN_CHARS) {
        throw new IllegalArgumentException(
            "the admin token must have at least " + MIN_TOKEN_CHARS + " characters");
      }
    }

    @Override
    public String toString() {
      return Masked.text(this);
    }
  }

  /** Leases and windows. */
  @Doc("Times; every control plane and node of a mesh should have the same.")
  public record Timing(
      @Doc("How often nodes report.") @Default("500ms") Duration beatInterval,
      @Doc("How long a silent node stays a member.") @Default("3s") Duration lease,
      @Doc("How long changes gather before the next version is published.") @Default("100ms")
          Duration coalesce,
      @Doc("How long another region may be silent before it is marked so.") @Default("3s")
          Duration silentAfter,
      @Doc("How long the members of a silent region are kept.") @Default("10m")
          Duration forgetAfter) {
    static final Timing DEFAULT =
        new Timing(
            MembershipTerms.DEFAULT.beatInterval(),
            MembershipTerms.DEFAULT.lease(),
            Duration.ofMillis(100),
            MembershipTerms.DEFAULT.silentAfter(),
            MembershipTerms.DEFAULT.forgetAfter());

    public Timing {
      if (coalesce.toMillis() < 1 || coalesce.multipliedBy(3).compareTo(lease) > 0) {
        throw new IllegalArgumentException(
            "coalesce must be 1ms to a third of the lease, was " + coalesce);
      }
    }
  }

  /** What is refused beyond. */
  @Doc("The most there may be of everything that grows.")
  public record Bounds(
      @Doc("Nodes of all regions together; 1 to 4096.") @Default("4096") int members,
      @Doc("Client keys, revoked ones included; 1 to 65536.") @Default("65536") int clientKeys,
      @Doc("Other regions.") @Default("64") int regions,
      @Doc("Past deltas kept for watchers that fall behind.") @Default("64") int deltaHistory,
      @Doc(
              """
              MiB of evidence kept, in memory and on disk, to judge nodes again when trust changes; 1
              to 4096. What does not fit is withdrawn by the next change. A TEE or TPM takes 2 to 15
              KiB, each GPU 10, two certificates a node.\
              """)
          @Default("64")
          int evidenceMib) {
    static final Bounds DEFAULT =
        new Bounds(
            MembershipTerms.DEFAULT.maxMembers(),
            MembershipTerms.DEFAULT.maxKeys(),
            MembershipTerms.DEFAULT.maxRegions(),
            MembershipTerms.DEFAULT.deltaHistory(),
            64);

    public Bounds {
      // What a reader of the wire accepts in one snapshot: beyond it every edge would refuse.
      if (members < 1 || members > 4_096) {
        throw new IllegalArgumentException("members must be 1 to 4096, was " + members);
      }
      if (clientKeys < 1 || clientKeys > 65_536) {
        throw new IllegalArgumentException("client-keys must be 1 to 65536, was " + clientKeys);
      }
      if (regions < 1 || regions > 255 || deltaHistory < 1 || deltaHistory > 10_000) {
        throw new IllegalArgumentException("regions must be 1 to 255 and delta-history 1 to 10000");
      }
      if (evidenceMib < 1 || evidenceMib > 4_096) {
        throw new IllegalArgumentException("evidence-mib must be 1 to 4096, was " + evidenceMib);
      }
    }

    long evidenceBytes() {
      return (long) evidenceMib << 20;
    }
  }
}
