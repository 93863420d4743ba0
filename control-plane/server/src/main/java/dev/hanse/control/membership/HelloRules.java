package dev.hanse.control.membership;

import dev.hanse.api.Member;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import java.util.Optional;

/** What a node may say of itself, beyond what the records themselves check. */
final class HelloRules {
  private static final int MAX_OFFERS = 512;
  private static final int MAX_ENGINE_CHARS = 256;
  private static final int MAX_URL_CHARS = 512;

  private HelloRules() {}

  /** What is wrong with {@code member}, or nothing. */
  static Optional<String> objection(Member member, RegionId own) {
    if (!member.region().equals(own)) {
      return Optional.of("this control plane leads " + own + ", not " + member.region());
    }
    if (member.roles().isEmpty() || member.roles().contains(Role.CONTROL)) {
      return Optional.of("a node is edge, provider or both, said " + member.roles());
    }
    if (member.roles().contains(Role.PROVIDER) && !member.address().isPresent()) {
      return Optional.of("a provider needs an address others reach it at");
    }
    if (member.offers().size() > MAX_OFFERS) {
      return Optional.of("at most " + MAX_OFFERS + " offers, had " + member.offers().size());
    }
    if (member.engine().length() > MAX_ENGINE_CHARS) {
      return Optional.of("engine must be at most " + MAX_ENGINE_CHARS + " characters");
    }
    if (member.publicUrl().length() > MAX_URL_CHARS) {
      return Optional.of("publicUrl must be at most " + MAX_URL_CHARS + " characters");
    }
    return Optional.empty();
  }
}
