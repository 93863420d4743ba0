package dev.hanse.control.access;

import dev.hanse.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * This region's join tokens. Read by any thread, changed by one: the tokens are one immutable map,
 * swapped whole.
 */
public final class JoinTokens {
  private static final String KIND = "hj";

  /** More than a fleet's operators make by hand; a script gone wild is stopped here. */
  private static final int MAX = 10_000;

  /** Dead tokens are listed for a while, so that "why can it not join" has an answer. */
  private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(7);

  private volatile Map<String, JoinToken> tokens;
  private volatile long revision;

  public JoinTokens(Collection<JoinToken> before) {
    Map<String, JoinToken> byId = new TreeMap<>();
    before.forEach(token -> byId.put(token.tokenId(), token));
    this.tokens = byId;
  }

  /** A token and, this once, its secret. */
  public record Issued(Credential credential, JoinToken token) {}

  /**
   * Makes a token; empty if there are too many.
   *
   * @throws IllegalArgumentException if {@code provider} is no provider's name
   */
  public Optional<Issued> issue(
      String provider, Duration validFor, Instant now, RandomGenerator random) {
    var _ = new NodeId(provider, "any");
    Map<String, JoinToken> next = new TreeMap<>(tokens);
    next.values().removeIf(old -> now.isAfter(old.expiresAt().plus(KEPT_AFTER_EXPIRY)));
    if (next.size() >= MAX) {
      return Optional.empty();
    }
    Credential credential = Credential.mint(KIND, random);
    JoinToken token =
        new JoinToken(
            credential.id(), credential.sha256Hex(), provider, now, now.plus(validFor), false);
    next.put(token.tokenId(), token);
    swap(next);
    return Optional.of(new Issued(credential, token));
  }

  /** Empty if there is no such token. */
  public Optional<JoinToken> revoke(String tokenId) {
    JoinToken token = tokens.get(tokenId);
    if (token == null) {
      return Optional.empty();
    }
    Map<String, JoinToken> next = new TreeMap<>(tokens);
    next.put(tokenId, token.revokedNow());
    swap(next);
    return Optional.of(token.revokedNow());
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread changes, as the class says
  private void swap(Map<String, JoinToken> next) {
    tokens = next;
    revision++;
  }

  /** The provider whose nodes may join with {@code text}; empty if none may. */
  public Optional<String> providerOf(String text, Instant now) {
    return Credential.idOf(KIND, text)
        .map(tokens::get)
        .filter(token -> Credential.matches(text, token.secretSha256Hex()))
        .filter(token -> token.isValidAt(now))
        .map(JoinToken::provider);
  }

  /** All of them, in order of their ids. */
  public List<JoinToken> all() {
    return new ArrayList<>(tokens.values());
  }

  /** Rises with every change. */
  public long revision() {
    return revision;
  }
}
