package dev.hanse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.Role;
import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.Problem;
import dev.hanse.api.config.StrictYaml;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NodeConfigTest {
  private static final String PROVIDER =
      """
      region: eu-west
      provider: acme
      name: gpu-1
      control:
        addresses: [127.0.0.1:7443]
        root-fingerprint: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
        join-token: open-sesame-open-sesame
      engines:
        - dialect: openai
          url: http://127.0.0.1:8000
          api-key: sk-not-to-be-seen
          models:
            - id: llama-3.1-8b-instruct
              engine-name: meta/llama
              context-tokens: 131072
              quantization: fp8
              price: {input: 0.06, cached-input: 0.03, output: 0.12}
            - id: e5
              operations: [embedding]
              context-tokens: 512
              price: {input: 0.01, output: 0}
      """;

  private static final String EDGE =
      """
      region: eu-west
      provider: acme
      name: edge-1
      roles: [edge]
      control: {addresses: ["127.0.0.1:7443"], trust-bundle: roots.pem}
      """;

  @Test
  void aFloorIsThePriceUnlessItIsSaid() {
    NodeConfig config =
        read(
            PROVIDER.replace(
                "price: {input: 0.06, cached-input: 0.03, output: 0.12}",
                "price: {input: 0.06, cached-input: 0.03, output: 0.12}\n"
                    + "        floor: {input: 0.05, output: 0.10}"));

    assertThat(config.engines().getFirst().models())
        .extracting(EngineConfig.Model::floorPrice)
        .containsExactly(new Price(50_000, 50_000, 100_000), new Price(10_000, 10_000, 0));
    assertThat(config.bids().validity()).hasHours(12);
  }

  @Test
  void refusesABidThatWouldEndBeforeItApplies() {
    assertThatThrownBy(() -> read(PROVIDER + "bids: {validity: 1m}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("validity must be 2m to 30d");
  }

  @Test
  void readsAProvider() {
    NodeConfig config = read(PROVIDER);

    assertThat(config.nodeId()).isEqualTo(NodeId.parse("acme.gpu-1"));
    assertThat(config.meshRoles()).isEqualTo(Set.of(Role.EDGE, Role.PROVIDER));
    assertThat(config.offers())
        .containsExactly(
            new ModelOffer(
                new ModelId("llama-3.1-8b-instruct"),
                Set.of(Operation.CHAT, Operation.COMPLETION),
                131_072,
                "fp8",
                new Price(60_000, 30_000, 120_000)),
            new ModelOffer(
                new ModelId("e5"),
                Set.of(Operation.EMBEDDING),
                512,
                "unspecified",
                new Price(10_000, 10_000, 0)));
    assertThat(config.engines().getFirst().models())
        .extracting(EngineConfig.Model::nameAtEngine)
        .containsExactly("meta/llama", "e5");
    assertThat(config.capacity().announced()).isEqualTo(new Capacity(100_000, 0, 0));
    assertThat(config.dataPolicy().dataPolicy()).isEqualTo(DataPolicy.NONE);
  }

  @Test
  void readsAnEdge() {
    NodeConfig config = read(EDGE);

    assertThat(config.isEdge()).isTrue();
    assertThat(config.isProvider()).isFalse();
    assertThat(config.offers()).isEmpty();
    assertThat(config.edge().port()).isEqualTo(8080);
    assertThat(config.listen()).isEqualTo(new Endpoint("127.0.0.1", 7444));
    assertThat(config.telemetry().isOff()).isFalse();
  }

  @Test
  void theEnvironmentCanSetWhatStandsDeep() {
    NodeConfig config =
        StrictYaml.read(
            EDGE,
            NodeConfig.class,
            Map.of(
                "HANSE_EDGE_PORT", "9090",
                "HANSE_CONTROL_ADDRESSES", "10.0.0.1:7443,10.0.0.2:7443",
                "HANSE_CONTROL_JOIN_TOKEN", "open-sesame-open-sesame",
                "HANSE_EDGE_ADMISSION_MAX_IN_FLIGHT", "1000"),
            Map.of());

    assertThat(config.edge().port()).isEqualTo(9090);
    assertThat(config.edge().admission().maxInFlight()).isEqualTo(1000);
    assertThat(config.control().addresses()).hasSize(2);
    assertThat(config.control().joinToken()).contains("open-sesame-open-sesame");
  }

  @Test
  void doesNotPrintSecrets() {
    assertThat(read(PROVIDER).toString())
        .contains("joinToken=***", "apiKey=***")
        .doesNotContain("sesame", "sk-not");
  }

  @Test
  void theTemplateLacksNothingButWhatOnlyTheOperatorKnows() {
    String template = StrictYaml.document(NodeConfig.class);

    assertThatThrownBy(() -> read(template))
        .isInstanceOfSatisfying(
            ConfigException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::path)
                    .containsExactly("region", "provider", "name", "control.addresses"));
  }

  @Test
  void theTemplateWithTheRestAddedIsTheDefault() {
    String template =
        StrictYaml.document(NodeConfig.class)
            .replace("# region: <region>", "region: eu-west")
            .replace("# provider: <text>", "provider: acme")
            .replace("# name: <text>", "name: edge-1")
            .replace("roles: [edge, provider]", "roles: [edge]")
            .replace("  addresses: []", "  addresses: [127.0.0.1:7443]")
            .replace("  # trust-bundle: <path>", "  trust-bundle: roots.pem");

    assertThat(read(template)).isEqualTo(read(EDGE));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        arguments(EDGE.replace("name: edge-1", "name: Edge"), "line 1: ", "node name must be"),
        arguments(EDGE.replace("[edge]", "[edge, control]"), "line 4: ", "edge, provider"),
        arguments(EDGE.replace("[edge]", "[]"), "line 4: roles", "edge, provider or both"),
        arguments(EDGE.replace("[edge]", "[provider]"), "engines", "must hold at least one"),
        arguments(PROVIDER + "roles: [edge]\n", "engines", "need the role provider"),
        arguments(EDGE + "spill-order: [eu-west]\n", "line 6: spill-order", "other regions"),
        arguments(EDGE.replace(", trust-bundle: roots.pem", ""), "control", "is required"),
        arguments(PROVIDER.replace(": 0011", ": zz11"), "root-fingerprint", "64 hexadecimal"),
        arguments(PROVIDER.replace("url: http", "# url: http"), "url", "is required"),
        arguments(PROVIDER.replace("http://", "ftp://"), "line 10: engines[0].url", "ftp"),
        arguments(
            PROVIDER.replace("http://", "http://u:secret@"), "line 10: engines[0].url", "api-key"),
        arguments(PROVIDER.replace(": openai", ": simulated"), "url", "must be left out"),
        arguments(
            PROVIDER.replace(": openai", ": grpc"), "line 9: ", "openai, anthropic, simulated"),
        arguments(PROVIDER.replace("id: e5", "id: llama-3.1-8b-instruct"), "engines", "twice"),
        arguments(
            PROVIDER.replace("output: 0.12", "output: -1"),
            "models[0].price.output",
            "0 to 1000000"),
        arguments(PROVIDER.replace("131072", "0"), "models[0].context-tokens", "1 to 100000000"),
        arguments(PROVIDER.replace("[embedding]", "[image]"), "operations[0]", "chat, completion"),
        arguments(EDGE + "edge: {max-body: 16}\n", "line 6: edge.max-body", "16MiB"),
        arguments(EDGE + "edge: {prot: 1}\n", "line 6: edge.prot", "did you mean port?"),
        arguments(EDGE + "capacity: {work-tokens: -1}\n", "capacity.work-tokens", "above 0"),
        arguments(EDGE + "telemetry: {sampled: 2}\n", "telemetry.sampled", "0 to 1"),
        arguments(EDGE + "attempts: {most: 0}\n", "attempts.most", "1 to 16"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesByLineAndKey(String yaml, String where, String what) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(where)
        .hasMessageContaining(what)
        .message()
        .doesNotContain("secret@", "sesame");
  }

  @Test
  void refusesAGpuNobodyKnows() {
    String simulated =
        PROVIDER
            .replace(": openai", ": simulated")
            .replace("    url: http://127.0.0.1:8000\n", "    gpu: h9000\n");

    assertThatThrownBy(() -> read(simulated))
        .hasMessageContaining("line 10: engines[0].gpu: gpu must be one of h100, ");
  }

  private static NodeConfig read(String yaml) {
    return StrictYaml.read(yaml, NodeConfig.class, Map.of(), Map.of());
  }
}
