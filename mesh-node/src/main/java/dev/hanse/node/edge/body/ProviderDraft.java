package dev.hanse.node.edge.body;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.node.routing.Party;
import dev.hanse.node.routing.ProviderLimits;
import dev.hanse.node.routing.ProviderLimits.Sort;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Collects what a request says of providers, in the words of OpenRouter's {@code provider} object.
 * Where several places speak, all hold: those allowed by each, ignored by none, in the one order
 * they agree on.
 */
final class ProviderDraft {
  /** The fields that {@code provider} and {@code hanse} share. */
  static final String KNOWN =
      "max_price, sort, only, order, ignore, quantizations, data_collection, allow_fallbacks";

  private static final Pattern QUANTIZATION = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,31}");

  /** OpenRouter's word for a node that does not say. */
  private static final String UNKNOWN = "unknown";

  private Optional<Set<Party>> only = Optional.empty();
  private final Set<Party> ignored = new HashSet<>();
  private Optional<List<Party>> order = Optional.empty();
  private boolean fallbacks = true;
  private Optional<Set<String>> quantizations = Optional.empty();
  private boolean noDataCollection;
  private Optional<Sort> sort = Optional.empty();

  ProviderLimits finish() {
    return new ProviderLimits(
        only.orElse(Set.of()),
        ignored,
        order.orElse(List.of()),
        fallbacks,
        quantizations.orElse(Set.of()),
        noDataCollection,
        sort);
  }

  /** Takes a field of either object; false for one that neither knows. */
  boolean field(String param, String name, JsonNode value) throws BodyRejected {
    switch (name) {
      case "sort" -> sort(param, Fields.string(param, value));
      case "only" -> only(param, Fields.strings(param, value));
      case "order" -> order(param, Fields.strings(param, value));
      case "ignore" -> ignore(param, Fields.strings(param, value));
      case "quantizations" -> quantizations(param, Fields.strings(param, value));
      case "data_collection" -> dataCollection(param, Fields.string(param, value));
      case "zdr" -> noDataCollection |= Fields.bool(param, value);
      case "allow_fallbacks" -> fallbacks &= Fields.bool(param, value);
      case "require_parameters" -> {
        if (Fields.bool(param, value)) {
          throw Fields.wrongValue(
              param, "nodes do not announce which parameters they honour; leave it out.");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Takes a header, by its lower-case name; ignores one it does not know. */
  void header(String name, String value) throws BodyRejected {
    switch (name) {
      case "x-hanse-sort" -> sort(name, value);
      case "x-hanse-only" -> only(name, Fields.separated(value));
      case "x-hanse-order" -> order(name, Fields.separated(value));
      case "x-hanse-ignore" -> ignore(name, Fields.separated(value));
      case "x-hanse-quantizations" -> quantizations(name, Fields.separated(value));
      case "x-hanse-data-collection" -> dataCollection(name, value);
      case "x-hanse-allow-fallbacks" ->
          fallbacks &=
              switch (value) {
                case "true" -> true;
                case "false" -> false;
                default -> throw Fields.wrongValue(name, "must be true or false.");
              };
      default -> {}
    }
  }

  private void sort(String param, String value) throws BodyRejected {
    for (Sort known : Sort.values()) {
      if (known.word().equals(value)) {
        if (!sort.orElse(known).equals(known)) {
          throw Fields.wrongValue(param, "contradicts another sort of the same request.");
        }
        sort = Optional.of(known);
        return;
      }
    }
    throw Fields.wrongValue(param, "must be price, latency or throughput.");
  }

  private void only(String param, List<String> names) throws BodyRejected {
    Set<Party> named = Fields.parsed(param, names, Party::parse);
    if (only.isPresent()) {
      Set<Party> common = new HashSet<>();
      for (Party before : only.get()) {
        named.forEach(party -> before.and(party).ifPresent(common::add));
      }
      if (common.isEmpty()) {
        throw Fields.wrongValue(param, "shares nothing with another only of the same request.");
      }
      named = common;
    }
    only = Optional.of(named);
  }

  private void order(String param, List<String> names) throws BodyRejected {
    List<Party> named = Fields.parsedInOrder(param, names, Party::parse);
    if (!order.orElse(named).equals(named)) {
      throw Fields.wrongValue(param, "contradicts another order of the same request.");
    }
    order = Optional.of(named);
  }

  private void ignore(String param, List<String> names) throws BodyRejected {
    ignored.addAll(Fields.parsed(param, names, Party::parse));
    if (ignored.size() > Fields.MAX_NAMES) {
      throw Fields.wrongValue(param, "must name 1 to " + Fields.MAX_NAMES + ".");
    }
  }

  private void quantizations(String param, List<String> names) throws BodyRejected {
    Set<String> named = Fields.parsed(param, names, ProviderDraft::quantization);
    if (quantizations.isPresent()) {
      named.retainAll(quantizations.get());
      if (named.isEmpty()) {
        throw Fields.wrongValue(
            param, "shares nothing with other quantizations of the same request.");
      }
    }
    quantizations = Optional.of(named);
  }

  private static String quantization(String name) {
    if (!QUANTIZATION.matcher(name).matches()) {
      throw new IllegalArgumentException("each must look like fp8, or be unknown");
    }
    return name.equals(UNKNOWN) ? "unspecified" : name;
  }

  private void dataCollection(String param, String value) throws BodyRejected {
    noDataCollection |=
        switch (value) {
          case "deny" -> true;
          case "allow" -> false;
          default -> throw Fields.wrongValue(param, "must be allow or deny.");
        };
  }
}
