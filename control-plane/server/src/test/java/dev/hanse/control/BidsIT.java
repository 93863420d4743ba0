package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.Bid;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.Role;
import dev.hanse.api.SignedBid;
import dev.hanse.api.control.v1.BidVerdict;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.wire.BidWire;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.store.MemoryLedger;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bids over real mTLS: signed with the key of the certificate that carries them, or refused. */
class BidsIT {
  private static final String SEED = "00c0ffee00c0ffee";
  private static final ModelId MODEL = new ModelId("llama-3.1-8b-instruct");
  private static final Price PRICE = new Price(100_000, 30_000, 300_000);

  private final Bench bench = new Bench();
  private ControlGraph eu;

  @BeforeEach
  void start() {
    eu = bench.start(Bench.config(EU).withPlacementSeed(SEED), new MemoryLedger());
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private static SignedBid bid(NodeId node, PrivateKey key, long sequence, Price price) {
    Instant from = Instant.now().minusSeconds(60);
    return SignedBid.by(
        key, new Bid(node, MODEL, price, price, from, from.plus(Duration.ofHours(6)), sequence));
  }

  private static ReportRequest hello(ScriptedNode node, List<SignedBid> bids) {
    ReportRequest hello = node.hello(node.member(7));
    return hello.toBuilder()
        .setHello(hello.getHello().toBuilder().addAllBids(BidWire.bidsToProto(bids)))
        .build();
  }

  private static List<BidVerdict> verdicts(ScriptedNode node, int count) {
    await().until(() -> verdicts(node).size() >= count);
    return verdicts(node);
  }

  private static List<BidVerdict> verdicts(ScriptedNode node) {
    return node.answers().stream()
        .filter(ReportResponse::hasBid)
        .map(ReportResponse::getBid)
        .toList();
  }

  private Optional<Quote> quote(NodeId node) {
    return Bench.get(eu.snapshot()).members().stream()
        .filter(view -> view.member().id().equals(node))
        .flatMap(view -> view.member().offers().stream())
        .findFirst()
        .flatMap(ModelOffer::quote);
  }

  @Test
  void aSignedBidIsSoldAtOnceAndShownWithItsTerms() {
    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    var stream = node.report();

    Bench.get(stream.write(hello(node, List.of(bid(node.id, node.identity.key(), 5, PRICE)))));

    assertThat(verdicts(node, 1))
        .singleElement()
        .matches(verdict -> verdict.getCode().isEmpty() && verdict.getLastSequence() == 5);
    Quote quote = quote(node.id).orElseThrow();
    assertThat(quote.price()).isEqualTo(PRICE);
    assertThat(quote.isForSale()).isTrue();
    assertThat(quote.effectiveCostMicrosPerMtok()).isEqualTo(150_000);
    JsonNode listed =
        new AdminClient(eu.admin())
            .get("/admin/v1/bids?model=llama-3.1-8b-instruct")
            .body()
            .path("bids")
            .path(0);
    assertThat(listed.path("nodeId").asText()).isEqualTo("acme.gpu-1");
    assertThat(listed.path("bid").path("sequence").asLong()).isEqualTo(5);
    assertThat(listed.path("quote").path("price").path("outputMicrosPerMtok").asLong())
        .isEqualTo(300_000);
    assertThat(listed.path("share").asDouble()).isEqualTo(1);
    assertThat(listed.path("cost").path("failureFactor").asDouble()).isEqualTo(1);
  }

  @Test
  void aBidOfAnotherKeyOrAnotherNodeIsRefusedAndTheLeaseStays() {
    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    ScriptedNode other = bench.node(EU, "gpu-2", eu.rpc());
    var stream = node.report();

    Bench.get(
        stream.write(
            hello(
                node,
                List.of(
                    bid(node.id, other.identity.key(), 5, PRICE),
                    bid(other.id, other.identity.key(), 5, PRICE)))));

    assertThat(verdicts(node, 2))
        .extracting(BidVerdict::getCode)
        .containsExactly("bad-signature", "foreign-node");
    assertThat(quote(node.id).orElseThrow().isForSale()).isFalse();
    assertThat(node.ended()).isNotDone();
    JsonNode why =
        new AdminClient(eu.admin()).get("/admin/v1/bids").body().path("bids").path(0).path("why");
    assertThat(why.path(0).asText()).startsWith("last bid refused: bad-signature");
  }

  @Test
  void oneMalformedBidSpoilsNeitherTheOthersNorTheStream() {
    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    var good = BidWire.toProto(bid(node.id, node.identity.key(), 5, PRICE));
    var huge = good.toBuilder();
    huge.getBidBuilder().getPriceBuilder().setInputMicrosPerMtok(Long.MAX_VALUE);
    var hello = hello(node, List.of());
    var stream = node.report();

    Bench.get(
        stream.write(
            hello.toBuilder()
                .setHello(hello.getHello().toBuilder().addBids(huge).addBids(good))
                .build()));

    var verdicts = verdicts(node, 2);
    assertThat(verdicts).extracting(BidVerdict::getCode).containsExactly("malformed", "");
    assertThat(verdicts.getFirst().getMessage())
        .startsWith("bid.price.input_micros_per_mtok: must be 0 to");
    assertThat(quote(node.id).orElseThrow().price()).isEqualTo(PRICE);
  }

  @Test
  void aLaterPriceWaitsForTheNextEpochAndAQuoteOfItsOwnIsDropped() {
    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    var stream = node.report();
    Bench.get(stream.write(hello(node, List.of(bid(node.id, node.identity.key(), 5, PRICE)))));
    verdicts(node, 1);
    Quote before = quote(node.id).orElseThrow();
    var dear = new Price(900_000, 900_000, 900_000);
    var forged = Mesh.offer(100).withQuote(Optional.of(new Quote(99, dear, 1_000_000_000_000L, 1)));
    var beat = node.beat(dev.hanse.api.MemberState.READY, List.of(forged));

    Bench.get(
        stream.write(
            beat.toBuilder()
                .setBeat(
                    beat.getBeat().toBuilder()
                        .addBids(BidWire.toProto(bid(node.id, node.identity.key(), 6, dear))))
                .build()));

    assertThat(verdicts(node, 2).get(1).getCode()).isEmpty();
    assertThat(quote(node.id)).contains(before);
    JsonNode listed = new AdminClient(eu.admin()).get("/admin/v1/bids").body().path("bids").path(0);
    assertThat(listed.path("nextBid").path("sequence").asLong()).isEqualTo(6);
  }

  @Test
  void onlyEdgesAreToldTheSeedOfPlacement() {
    ScriptedNode edge = bench.node(EU, "edge-1", eu.rpc());
    ScriptedNode provider = new ScriptedNode(bench, EU, "gpu-1", EU, eu.rpc(), Set.of("provider"));

    Watcher placing = edge.watch();
    Watcher other = provider.watch();
    placing.subscribe(0, 0);
    other.subscribe(0, 0);

    await().until(() -> placing.latest().isPresent() && other.latest().isPresent());
    assertThat(placing.latest().orElseThrow().placementSeed()).isEqualTo(0x00c0ffee00c0ffeeL);
    assertThat(other.latest().orElseThrow().placementSeed()).isZero();
  }

  @Test
  void whatIsNoEdgeReportsCountsForNothing() {
    ScriptedNode seller = bench.node(EU, "gpu-1", eu.rpc());
    var stream = seller.report();
    Bench.get(
        stream.write(hello(seller, List.of(bid(seller.id, seller.identity.key(), 5, PRICE)))));
    verdicts(seller, 1);
    ScriptedNode rival = new ScriptedNode(bench, EU, "gpu-2", EU, eu.rpc(), Set.of("provider"));
    var rivals = rival.report();
    var member = rival.member(8);
    Bench.get(
        rivals.write(
            rival.hello(
                new dev.hanse.api.Member(
                    member.id(),
                    member.region(),
                    member.address(),
                    "",
                    Set.of(Role.PROVIDER),
                    List.of(),
                    member.capacity(),
                    member.engine(),
                    true,
                    member.dataPolicy(),
                    member.attestation(),
                    member.state(),
                    8))));
    await().until(() -> !rival.answers().isEmpty());
    var beat = rival.beat(dev.hanse.api.MemberState.READY, List.of());
    var slander = new Outcomes(seller.id, MODEL, 0, 1_000, 0, 0, 0, 0, 0, 0);

    Bench.get(
        rivals.write(
            beat.toBuilder()
                .setBeat(beat.getBeat().toBuilder().addOutcomes(BidWire.toProto(slander)))
                .build()));

    JsonNode listed = new AdminClient(eu.admin()).get("/admin/v1/bids").body().path("bids").path(0);
    assertThat(listed.path("nodeId").asText()).isEqualTo("acme.gpu-1");
    assertThat(listed.path("failureRate").asDouble()).isZero();
  }
}
