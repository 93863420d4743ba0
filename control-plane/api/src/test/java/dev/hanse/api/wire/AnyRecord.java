package dev.hanse.api.wire;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Bid;
import dev.hanse.api.Capacity;
import dev.hanse.api.ClientKey;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Delta;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Role;
import dev.hanse.api.SignedBid;
import dev.hanse.api.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Records made from a seed: every field differs from its default often, and is extreme sometimes.
 */
final class AnyRecord {
  private final SplittableRandom random;

  AnyRecord(long seed) {
    random = new SplittableRandom(seed);
  }

  Price price() {
    return new Price(
        number(Price.MAX_MICROS_PER_MTOK),
        number(Price.MAX_MICROS_PER_MTOK),
        number(Price.MAX_MICROS_PER_MTOK));
  }

  ModelOffer offer(int index) {
    return new ModelOffer(
        new ModelId("model/" + index + "-" + random.nextInt(100)),
        some(Operation.values(), 1),
        1 + random.nextInt(Integer.MAX_VALUE - 1),
        random.nextBoolean() ? "fp8" : "unspecified",
        price(),
        random.nextBoolean() ? Optional.empty() : Optional.of(quote()));
  }

  Quote quote() {
    return new Quote(
        number(Long.MAX_VALUE),
        price(),
        number(Quote.MAX_WEIGHT_MILLIONTHS),
        number(Quote.MAX_EFFECTIVE_COST));
  }

  SignedBid bid() {
    byte[] signature = new byte[1 + random.nextInt(512)];
    random.nextBytes(signature);
    return new SignedBid(
        new Bid(
            nodeId(0),
            new ModelId("m" + random.nextInt(9)),
            price(),
            price(),
            instant(),
            instant(),
            1 + number(Long.MAX_VALUE - 1)),
        HexFormat.of().formatHex(signature));
  }

  Outcomes outcomes() {
    long promptTokens = number(Outcomes.MAX_TOTAL);
    return new Outcomes(
        nodeId(0),
        new ModelId("m" + random.nextInt(9)),
        number(Outcomes.MAX_REQUESTS),
        number(Outcomes.MAX_REQUESTS),
        number(Outcomes.MAX_REQUESTS),
        promptTokens,
        promptTokens / (1 + random.nextInt(5)),
        number(Outcomes.MAX_TOTAL),
        number(Outcomes.MAX_TOTAL),
        number(Outcomes.MAX_REQUESTS));
  }

  Capacity capacity() {
    return new Capacity(number(Long.MAX_VALUE), number(Long.MAX_VALUE), number(Long.MAX_VALUE));
  }

  DataPolicy dataPolicy() {
    return new DataPolicy(random.nextBoolean(), random.nextBoolean());
  }

  AttestationSummary attestation() {
    return new AttestationSummary(
        random.nextBoolean() ? "simulated" : "sev-snp",
        one(AttestationLevel.values()),
        instant(),
        instant());
  }

  Endpoint endpoint() {
    return switch (random.nextInt(4)) {
      case 0 -> Endpoint.NONE;
      case 1 -> new Endpoint("::1", 1 + random.nextInt(65_535));
      default -> new Endpoint("10.0.0." + random.nextInt(256), 1 + random.nextInt(65_535));
    };
  }

  NodeId nodeId(int index) {
    return new NodeId("acme" + random.nextInt(3), "gpu-" + index);
  }

  RegionId regionId(int index) {
    return new RegionId("eu-west" + index);
  }

  Member member(int index) {
    return new Member(
        nodeId(index),
        regionId(random.nextInt(5)),
        endpoint(),
        random.nextBoolean() ? "" : "http://127.0.0.1:8080",
        some(Role.values(), 0),
        list(4, this::offer),
        capacity(),
        random.nextBoolean() ? "" : "simulated (h100)",
        random.nextBoolean(),
        dataPolicy(),
        attestation(),
        one(MemberState.values()),
        random.nextLong());
  }

  Load load() {
    return new Load(
        number(Long.MAX_VALUE),
        number(Long.MAX_VALUE),
        (int) number(Integer.MAX_VALUE),
        (int) number(Integer.MAX_VALUE),
        (int) number(1000),
        (int) number(Integer.MAX_VALUE));
  }

  MemberView view(int index) {
    return new MemberView(member(index), load());
  }

  RegionStatus region(int index) {
    return new RegionStatus(
        regionId(index),
        random.nextBoolean() ? "" : "eu",
        one(RegionHealth.values()),
        instant(),
        list(3, url -> "http://127.0.0.1:" + (8080 + url)),
        endpoint());
  }

  ClientKey key(int index) {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    return new ClientKey(
        "k" + index,
        HexFormat.of().formatHex(hash),
        "tenant-" + random.nextInt(10),
        new HashSet<>(list(3, model -> new ModelId("m" + model))),
        number(Long.MAX_VALUE),
        number(Long.MAX_VALUE),
        random.nextBoolean() ? Optional.empty() : Optional.of(instant().plusMillis(1)),
        random.nextBoolean(),
        number(Long.MAX_VALUE));
  }

  Snapshot snapshot() {
    return new Snapshot(
        random.nextLong(),
        number(Long.MAX_VALUE),
        regionId(0),
        list(6, this::view),
        list(4, this::region),
        list(4, this::key),
        random.nextLong());
  }

  Delta delta() {
    long base = number(1L << 60);
    Map<NodeId, Load> loads = new HashMap<>();
    list(4, index -> loads.put(nodeId(index), load()));
    return new Delta(
        random.nextLong(),
        base,
        base + 1 + random.nextInt(9),
        list(4, this::view),
        loads,
        new HashSet<>(list(4, this::nodeId)),
        list(4, this::region),
        list(4, this::key));
  }

  /** 0, the greatest, or anything between. */
  private long number(long greatest) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> greatest;
      default -> random.nextLong(greatest);
    };
  }

  private Instant instant() {
    return Instant.ofEpochMilli(number(253_402_300_799_998L));
  }

  private <E> E one(E[] all) {
    return all[random.nextInt(all.length)];
  }

  private <E> Set<E> some(E[] all, int atLeast) {
    Set<E> chosen = new HashSet<>();
    int count = atLeast + random.nextInt(all.length + 1 - atLeast);
    while (chosen.size() < count) {
      chosen.add(one(all));
    }
    return chosen;
  }

  private <E> List<E> list(int atMost, IntFunction<E> make) {
    List<E> items = new ArrayList<>();
    int count = random.nextInt(atMost + 1);
    for (int index = 0; index < count; index++) {
      items.add(make.apply(index));
    }
    return items;
  }
}
