package dev.hanse.node.routing;

/**
 * An edge's request for room on a node.
 *
 * @param session chosen at random when the edge's process starts
 * @param number rises by one with each ask of the session to the node; from 1
 * @param holds the ask whose grant the edge keeps to by now; 0 for none
 * @param inFlightTokens what it has in flight there
 * @param wantedTokens what it could use beyond that
 */
public record QuotaAsk(
    long session, long number, long holds, long inFlightTokens, long wantedTokens) {
  public QuotaAsk {
    if (number < 1 || holds < 0 || holds >= number) {
      throw new IllegalArgumentException(
          "an ask is numbered from 1 and holds an earlier one, was " + number + ", " + holds);
    }
    if (inFlightTokens < 0 || wantedTokens < 0) {
      throw new IllegalArgumentException("tokens must not be negative");
    }
  }
}
