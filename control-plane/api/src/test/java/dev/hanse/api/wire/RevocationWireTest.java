package dev.hanse.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import dev.hanse.api.Revocations;
import dev.hanse.api.control.v1.RevocationKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The deny list on the wire, and what it says of a node. */
class RevocationWireTest {
  private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");

  private static Revocation of(Revocation.Kind kind, String value) {
    return new Revocation(kind, value, false, 7, AT, Optional.of(AT.plusSeconds(60)), "why");
  }

  private static List<Revocation> oneOfEach() {
    List<Revocation> all = new ArrayList<>();
    for (Revocation.Kind kind : Revocation.Kind.values()) {
      all.add(
          of(
              kind,
              switch (kind) {
                case NODE -> "acme.gpu-1";
                case RESULT -> "00ff";
                case TECHNOLOGY -> "sev-snp";
                case POLICY -> "strict-1";
                case FACT -> "product=Milan";
              }));
    }
    return all;
  }

  @Test
  void everyKindAndEveryFieldComesBack() {
    List<Revocation> all = oneOfEach();
    all.add(new Revocation(Revocation.Kind.RESULT, "01", true, 1, AT, Optional.empty(), ""));

    assertThat(RevocationWire.fromProto(RevocationWire.toProto(all))).isEqualTo(all);
    assertThat(RevocationWire.toProto(all.getFirst()).getAllFields())
        .describedAs("all but lifted, which is false")
        .hasSize(6);
  }

  @Test
  void refusesWhatIsNone() {
    var good = RevocationWire.toProto(of(Revocation.Kind.RESULT, "00ff"));
    for (var bad :
        List.of(
            good.toBuilder().setKind(RevocationKind.REVOCATION_KIND_UNSPECIFIED).build(),
            good.toBuilder().setKindValue(99).build(),
            good.toBuilder().setValue("").build(),
            good.toBuilder().setValue("x".repeat(257)).build(),
            good.toBuilder().setRevision(0).build(),
            good.toBuilder().setAtEpochMillis(-1).build(),
            good.toBuilder().setKind(RevocationKind.REVOCATION_KIND_NODE).build(),
            good.toBuilder().setKind(RevocationKind.REVOCATION_KIND_FACT).build(),
            good.toBuilder().setReason("a\u0007b").build())) {
      assertThatThrownBy(() ->
              RevocationWire.fromProto(
                  dev.hanse.api.control.v1.Revocations.newBuilder().addRevocations(bad).build()))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("revocations[0]");
    }
    assertThatThrownBy(() ->
            RevocationWire.fromProto(
                dev.hanse.api.control.v1.Revocations.newBuilder()
                    .addAllRevocations(Collections.nCopies(2, good))
                    .build()))
        .hasMessageContaining("twice");
    assertThatThrownBy(() ->
            RevocationWire.fromProto(
                dev.hanse.api.control.v1.Revocations.newBuilder()
                    .addAllRevocations(Collections.nCopies(RevocationWire.MOST + 1, good))
                    .build()))
        .hasMessageContaining("at most");
  }

  @Test
  void speaksAgainstWhomItNamesAndNobodyElse() {
    for (Revocation one : oneOfEach()) {
      Revocations list = new Revocations(List.of(one));
      boolean fact = one.kind() == Revocation.Kind.FACT;

      assertThat(list.against(NodeId.parse("acme.gpu-1"), "sev-snp", "strict-1", "00ff"))
          .isEqualTo(fact ? Optional.empty() : Optional.of(one));
      assertThat(list.against(NodeId.parse("acme.gpu-2"), "intel-tdx", "strict-2", "00fe"))
          .isEmpty();
      assertThat(list.againstFacts(Map.of("gpu-0/product", "Milan")).isPresent()).isEqualTo(fact);
      assertThat(list.againstFacts(Map.of("product", "Genoa"))).isEmpty();
    }
  }

  @Test
  void whatIsLiftedSpeaksAgainstNobody() {
    Revocation lifted =
        new Revocation(Revocation.Kind.RESULT, "00ff", true, 2, AT, Optional.empty(), "");

    assertThat(new Revocations(List.of(lifted)).size()).isZero();
  }
}
