package dev.hanse.control.identity;

import java.util.Optional;

/** Who may join as whom: the secrets an operator handed to providers. Any thread; never blocks. */
@FunctionalInterface
public interface JoinRights {
  /** The provider a token belongs to; empty if it is unknown, expired or revoked. */
  Optional<String> providerOf(String token);
}
