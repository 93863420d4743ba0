package dev.hanse.node.routing;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Role;
import dev.hanse.api.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Members, snapshots and requests for tests: sound unless a test says what is not. */
public final class SampleMesh {
  public static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  public static final ModelId MODEL = new ModelId("llama-3.1-8b-instruct");
  public static final RegionId EU = new RegionId("eu-west");
  public static final RegionId US = new RegionId("us-east");
  public static final NodeId EDGE = NodeId.parse("hanse.edge-1");

  private SampleMesh() {}

  /** A member in the making. */
  public static final class Draft {
    private final NodeId id;
    private RegionId region = EU;
    private Endpoint address = new Endpoint("127.0.0.1", 4443);
    private Set<Role> roles = Set.of(Role.PROVIDER);
    private ModelId model = MODEL;
    private Set<Operation> operations = Set.of(Operation.CHAT);
    private int contextTokens = 32_768;
    private Price price = new Price(1_000_000, 100_000, 3_000_000);
    private long workTokens = 100_000;
    private String technology = "simulated";
    private AttestationLevel level = AttestationLevel.SIMULATED;
    private Instant attestedUntil = NOW.plusSeconds(3600);
    private MemberState state = MemberState.READY;
    private long incarnation = 1;
    private Load load = Load.IDLE;
    private String quantization = "unspecified";
    private DataPolicy policy = DataPolicy.NONE;
    private long prefillRate;
    private long decodeRate;
    private Optional<Quote> quote = Optional.empty();

    Draft(String id) {
      this.id = NodeId.parse(id);
    }

    public Draft region(RegionId value) {
      region = value;
      return this;
    }

    public Draft address(Endpoint value) {
      address = value;
      return this;
    }

    public Draft roles(Set<Role> value) {
      roles = value;
      return this;
    }

    public Draft model(ModelId value) {
      model = value;
      return this;
    }

    public Draft operations(Set<Operation> value) {
      operations = value;
      return this;
    }

    public Draft contextTokens(int value) {
      contextTokens = value;
      return this;
    }

    public Draft price(long input, long output) {
      price = new Price(input, input / 10, output);
      return this;
    }

    public Draft workTokens(long value) {
      workTokens = value;
      return this;
    }

    public Draft level(AttestationLevel value) {
      level = value;
      return this;
    }

    public Draft technology(String value) {
      technology = value;
      return this;
    }

    public Draft attestedUntil(Instant value) {
      attestedUntil = value;
      return this;
    }

    public Draft state(MemberState value) {
      state = value;
      return this;
    }

    public Draft incarnation(long value) {
      incarnation = value;
      return this;
    }

    public Draft quantization(String value) {
      quantization = value;
      return this;
    }

    public Draft policy(DataPolicy value) {
      policy = value;
      return this;
    }

    /** What its region's market sells it at. */
    public Draft quote(Quote value) {
      quote = Optional.of(value);
      return this;
    }

    public Draft rates(long prefill, long decode) {
      prefillRate = prefill;
      decodeRate = decode;
      return this;
    }

    public Draft load(Load value) {
      load = value;
      return this;
    }

    public Member member() {
      return new Member(
          id,
          region,
          address,
          "",
          roles,
          List.of(new ModelOffer(model, operations, contextTokens, quantization, price, quote)),
          new Capacity(workTokens, prefillRate, decodeRate),
          "simulated (test)",
          true,
          policy,
          new AttestationSummary(technology, level, NOW.minusSeconds(60), attestedUntil),
          state,
          incarnation);
    }

    MemberView view() {
      return new MemberView(member(), load);
    }
  }

  public static Draft node(String id) {
    return new Draft(id);
  }

  public static Snapshot snapshot(Draft... members) {
    return snapshot(List.of(members));
  }

  public static Snapshot snapshot(List<Draft> members) {
    return new Snapshot(
        1,
        1,
        EU,
        members.stream().map(Draft::view).toList(),
        List.of(region(EU, "eu"), region(US, "us")),
        List.of());
  }

  private static RegionStatus region(RegionId id, String residency) {
    return new RegionStatus(id, residency, RegionHealth.READY, NOW, List.of(), Endpoint.NONE);
  }

  public static Router router(Snapshot snapshot) {
    Router router = new Router(settings(), () -> NOW);
    router.update(snapshot);
    return router;
  }

  /** With small tables: tests build hundreds. */
  public static RoutingSettings settings() {
    return RoutingSettings.defaults(EDGE, EU).withSlotBits(8);
  }

  public static PlacementRequest request(String prompt) {
    return request(prompt, Constraints.NONE);
  }

  public static PlacementRequest request(String prompt, Constraints constraints) {
    return new PlacementRequest(
        MODEL,
        Operation.CHAT,
        PrefixChains.builder("tenant", MODEL).append(prompt).build(Optional.empty()),
        Math.max(1, prompt.length() / 4),
        256,
        constraints);
  }
}
