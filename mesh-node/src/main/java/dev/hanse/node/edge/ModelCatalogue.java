package dev.hanse.node.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.ClientKey;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The models of the mesh as {@code /v1/models} shows them: OpenAI's fields, and under {@code hanse}
 * who offers them, where, from what price, and whether engines are simulated.
 *
 * <p>Threads: any; what was made of one view is kept until the next.
 */
final class ModelCatalogue {
  private final Supplier<List<MemberView>> members;
  private volatile Page page = new Page(List.of(), Map.of());

  ModelCatalogue(Supplier<List<MemberView>> members) {
    this.members = members;
  }

  /** All models the key may use. */
  Buffer list(ClientKey key) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    current()
        .forEach((id, model) -> {
          if (mayUse(key, id)) {
            data.add(model);
          }
        });
    return Buffer.buffer(list.toString());
  }

  /** One of them; empty when nobody offers it or the key may not use it. */
  Optional<Buffer> one(ClientKey key, String name) {
    return current().entrySet().stream()
        .filter(entry -> entry.getKey().value().equals(name) && mayUse(key, entry.getKey()))
        .findFirst()
        .map(entry -> Buffer.buffer(entry.getValue().toString()));
  }

  private static boolean mayUse(ClientKey key, ModelId model) {
    return key.models().isEmpty() || key.models().contains(model);
  }

  @SuppressWarnings("ReferenceEquality") // Comparing lists would cost what the page saves.
  private Map<ModelId, ObjectNode> current() {
    List<MemberView> view = members.get();
    Page known = page;
    if (known.view == view) {
      return known.models;
    }
    Page fresh = new Page(view, describe(view));
    page = fresh;
    return fresh.models;
  }

  private static Map<ModelId, ObjectNode> describe(List<MemberView> view) {
    Map<ModelId, List<Seller>> sellers = new TreeMap<>();
    for (MemberView each : view) {
      Member member = each.member();
      if (member.state() == MemberState.READY) {
        for (ModelOffer offer : member.offers()) {
          sellers
              .computeIfAbsent(offer.model(), _ -> new ArrayList<>())
              .add(new Seller(member, offer));
        }
      }
    }
    Map<ModelId, ObjectNode> models = new TreeMap<>();
    sellers.forEach((id, offers) -> models.put(id, describe(id, offers)));
    return models;
  }

  private static ObjectNode describe(ModelId id, List<Seller> sellers) {
    ObjectNode model = JsonNodeFactory.instance.objectNode();
    model.put("id", id.value());
    model.put("object", "model");
    model.put(
        "created", least(sellers, s -> s.member.attestation().appraisedAt().getEpochSecond()));
    List<String> owners =
        sellers.stream().map(s -> s.member.id().provider()).distinct().sorted().toList();
    model.put("owned_by", owners.size() == 1 ? owners.getFirst() : "hanse");
    ObjectNode more = model.putObject("hanse");
    more.put("simulated", sellers.stream().allMatch(s -> s.member.engineSimulated()));
    more.put("nodes", sellers.size());
    strings(
        more.putArray("regions"), sellers.stream().map(s -> s.member.region().value()).toList());
    strings(more.putArray("providers"), owners);
    strings(more.putArray("engines"), sellers.stream().map(s -> s.member.engine()).toList());
    strings(
        more.putArray("operations"),
        sellers.stream()
            .flatMap(s -> s.offer.operations().stream())
            .map(operation -> operation.name().toLowerCase(Locale.ROOT))
            .toList());
    more.put(
        "max_context_tokens",
        sellers.stream().mapToInt(s -> s.offer.contextTokens()).max().orElse(0));
    strings(
        more.putArray("attestation"),
        sellers.stream()
            .map(s -> s.member.attestation().level().name().toLowerCase(Locale.ROOT))
            .toList());
    ObjectNode price = more.putObject("lowest_price_micro_usd_per_mtok");
    price.put("input", least(sellers, s -> s.offer.salePrice().inputMicrosPerMtok()));
    price.put("cached_input", least(sellers, s -> s.offer.salePrice().cachedInputMicrosPerMtok()));
    price.put("output", least(sellers, s -> s.offer.salePrice().outputMicrosPerMtok()));
    return model;
  }

  private static long least(List<Seller> sellers, ToLongFunction<Seller> value) {
    return sellers.stream().mapToLong(value).min().orElse(0);
  }

  private static void strings(ArrayNode array, List<String> values) {
    values.stream().distinct().sorted().forEach(array::add);
  }

  private record Seller(Member member, ModelOffer offer) {}

  private record Page(List<MemberView> view, Map<ModelId, ObjectNode> models) {}
}
