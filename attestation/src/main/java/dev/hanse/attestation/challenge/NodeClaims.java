package dev.hanse.attestation.challenge;

import java.util.Set;

/**
 * What a node says of itself and its evidence covers, as text: this library knows no mesh types.
 *
 * @param host where peers reach it; empty for a node that takes no connections
 */
public record NodeClaims(
    String provider, String name, String region, String host, int port, Set<String> roles) {
  public NodeClaims {
    roles = Set.copyOf(roles);
  }
}
