package dev.hanse.api.wire;

import dev.hanse.api.Capacity;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What nodes sell: offers, prices, operations, capacity and data policy. */
public final class OfferWire {
  private OfferWire() {}

  public static dev.hanse.api.control.v1.ModelOffer toProto(ModelOffer offer) {
    var message =
        dev.hanse.api.control.v1.ModelOffer.newBuilder()
            .setModel(offer.model().value())
            .addAllOperations(offer.operations().stream().sorted().map(OfferWire::toProto).toList())
            .setContextTokens(offer.contextTokens())
            .setQuantization(offer.quantization())
            .setPrice(toProto(offer.price()));
    offer.quote().ifPresent(quote -> message.setQuote(BidWire.toProto(quote)));
    return message.build();
  }

  public static ModelOffer fromProto(dev.hanse.api.control.v1.ModelOffer offer) {
    ModelId model = Field.of("model", () -> new ModelId(offer.getModel()));
    List<Operation> operations =
        Field.list(
            "operations",
            offer.getOperationsValueList(),
            Limits.OPERATIONS,
            OfferWire::operationOfNumber);
    if (operations.isEmpty()) {
      throw new WireException("operations", "must name at least one");
    }
    if (offer.getContextTokens() <= 0) {
      throw new WireException(
          "context_tokens",
          "must be 1 to 2147483647, was " + Integer.toUnsignedLong(offer.getContextTokens()));
    }
    return new ModelOffer(
        model,
        Set.copyOf(operations),
        offer.getContextTokens(),
        Field.name("quantization", offer.getQuantization(), Limits.NAME_CHARS),
        Field.required("price", offer.hasPrice(), offer.getPrice(), OfferWire::fromProto),
        offer.hasQuote()
            ? Optional.of(Field.of("quote", () -> BidWire.fromProto(offer.getQuote())))
            : Optional.empty());
  }

  /** The offers of one member: no model twice. */
  public static List<ModelOffer> offersFromProto(List<dev.hanse.api.control.v1.ModelOffer> offers) {
    return Field.distinct("offers", offers, Limits.OFFERS, OfferWire::fromProto, ModelOffer::model);
  }

  public static dev.hanse.api.control.v1.Price toProto(Price price) {
    return dev.hanse.api.control.v1.Price.newBuilder()
        .setInputMicrosPerMtok(price.inputMicrosPerMtok())
        .setCachedInputMicrosPerMtok(price.cachedInputMicrosPerMtok())
        .setOutputMicrosPerMtok(price.outputMicrosPerMtok())
        .build();
  }

  public static Price fromProto(dev.hanse.api.control.v1.Price price) {
    return new Price(
        micros("input_micros_per_mtok", price.getInputMicrosPerMtok()),
        micros("cached_input_micros_per_mtok", price.getCachedInputMicrosPerMtok()),
        micros("output_micros_per_mtok", price.getOutputMicrosPerMtok()));
  }

  private static long micros(String field, long micros) {
    if (micros < 0 || micros > Price.MAX_MICROS_PER_MTOK) {
      throw new WireException(
          field, "must be 0 to " + Price.MAX_MICROS_PER_MTOK + ", was " + micros);
    }
    return micros;
  }

  public static dev.hanse.api.control.v1.Operation toProto(Operation operation) {
    return switch (operation) {
      case CHAT -> dev.hanse.api.control.v1.Operation.OPERATION_CHAT;
      case COMPLETION -> dev.hanse.api.control.v1.Operation.OPERATION_COMPLETION;
      case EMBEDDING -> dev.hanse.api.control.v1.Operation.OPERATION_EMBEDDING;
    };
  }

  /**
   * Reads the number of an {@code Operation} field, known or not: pass {@code
   * message.getOperationValue()}.
   */
  public static Operation operationFromNumber(String field, int number) {
    return switch (dev.hanse.api.control.v1.Operation.forNumber(number)) {
      case OPERATION_CHAT -> Operation.CHAT;
      case OPERATION_COMPLETION -> Operation.COMPLETION;
      case OPERATION_EMBEDDING -> Operation.EMBEDDING;
      case null, default -> throw Field.unknown(field, number);
    };
  }

  private static Operation operationOfNumber(int number) {
    return operationFromNumber("operation", number);
  }

  public static dev.hanse.api.control.v1.Capacity toProto(Capacity capacity) {
    return dev.hanse.api.control.v1.Capacity.newBuilder()
        .setWorkTokens(capacity.workTokens())
        .setPrefillTokensPerSecond(capacity.prefillTokensPerSecond())
        .setDecodeTokensPerSecond(capacity.decodeTokensPerSecond())
        .build();
  }

  public static Capacity fromProto(dev.hanse.api.control.v1.Capacity capacity) {
    return new Capacity(
        Field.atLeastZero("work_tokens", capacity.getWorkTokens()),
        Field.atLeastZero("prefill_tokens_per_second", capacity.getPrefillTokensPerSecond()),
        Field.atLeastZero("decode_tokens_per_second", capacity.getDecodeTokensPerSecond()));
  }

  public static dev.hanse.api.control.v1.DataPolicy toProto(DataPolicy policy) {
    return dev.hanse.api.control.v1.DataPolicy.newBuilder()
        .setRetainsPrompts(policy.retainsPrompts())
        .setTrainsOnPrompts(policy.trainsOnPrompts())
        .build();
  }

  public static DataPolicy fromProto(dev.hanse.api.control.v1.DataPolicy policy) {
    return new DataPolicy(policy.getRetainsPrompts(), policy.getTrainsOnPrompts());
  }
}
