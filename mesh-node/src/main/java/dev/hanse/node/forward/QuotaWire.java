package dev.hanse.node.forward;

import dev.hanse.api.inference.v1.QuotaRequest;
import dev.hanse.api.inference.v1.QuotaResponse;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import java.time.Duration;

/**
 * Asks for quota and their answers as messages, and back. What is out of range is refused with
 * {@code IllegalArgumentException}.
 */
final class QuotaWire {
  /** A grant for longer is taken for one of this: nobody is to be believed for ever. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private QuotaWire() {}

  static QuotaRequest toProto(QuotaAsk ask) {
    return QuotaRequest.newBuilder()
        .setSession(ask.session())
        .setNumber(ask.number())
        .setHolds(ask.holds())
        .setInFlightTokens(ask.inFlightTokens())
        .setWantedTokens(ask.wantedTokens())
        .build();
  }

  static QuotaAsk fromProto(QuotaRequest message) {
    return new QuotaAsk(
        message.getSession(),
        message.getNumber(),
        message.getHolds(),
        message.getInFlightTokens(),
        message.getWantedTokens());
  }

  static QuotaResponse toProto(QuotaGrant grant) {
    return QuotaResponse.newBuilder()
        .setNumber(grant.number())
        .setTokens(grant.tokens())
        .setLastsMillis(grant.lasts().toMillis())
        .setOthersTokens(grant.othersTokens())
        .build();
  }

  static QuotaGrant fromProto(QuotaResponse message) {
    return new QuotaGrant(
        message.getNumber(),
        message.getTokens(),
        Duration.ofMillis(Math.min(message.getLastsMillis(), LONGEST.toMillis())),
        message.getOthersTokens());
  }
}
