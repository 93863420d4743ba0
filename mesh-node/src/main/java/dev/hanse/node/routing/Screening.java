package dev.hanse.node.routing;

import dev.hanse.api.DataPolicy;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.Role;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The hard filters applied to one request: which candidates may run it, and why the others may not.
 * Nothing relaxes it.
 */
final class Screening {
  private final @Nullable Exclusion[] verdicts;
  private final Map<Exclusion, Integer> counts = new EnumMap<>(Exclusion.class);
  private int eligible;

  private Screening(int candidates) {
    verdicts = new Exclusion[candidates];
  }

  /**
   * Screens every candidate.
   *
   * @param self this node, which needs no address
   */
  static Screening of(
      PlacementRequest request,
      Exclusions exclusions,
      List<Candidate> candidates,
      Instant now,
      NodeId self,
      Outliers outliers) {
    Screening screening = new Screening(candidates.size());
    for (Candidate candidate : candidates) {
      Exclusion verdict = byRequest(request, exclusions, candidate);
      if (verdict == null) {
        verdict = byState(candidate, now, self);
      }
      if (verdict == null && outliers.isOut(candidate.member().id(), now)) {
        verdict = Exclusion.EJECTED;
      }
      if (verdict == null && exclusions.failed().contains(candidate.member().id())) {
        verdict = Exclusion.FAILED_BEFORE;
      }
      screening.judge(candidate.ordinal(), verdict);
    }
    return screening;
  }

  private static @Nullable Exclusion byRequest(
      PlacementRequest request, Exclusions exclusions, Candidate candidate) {
    Constraints limits = request.constraints();
    ModelOffer offer = candidate.offer();
    if (!offer.operations().contains(request.operation())) {
      return Exclusion.OPERATION;
    }
    // At least one token of answer must fit; the prompt's length is an estimate, and the engine
    // has the last word on the rest.
    if (request.promptTokens() >= offer.contextTokens()
        || offer.contextTokens() <= exclusions.contextTokensAbove()) {
      return Exclusion.CONTEXT;
    }
    if (!limits.nodes().isEmpty() && !limits.nodes().contains(candidate.member().id())) {
      return Exclusion.NODE;
    }
    Exclusion byProvider = byProvider(limits.providers(), candidate);
    if (byProvider != null) {
      return byProvider;
    }
    if (!limits.regions().isEmpty() && !limits.regions().contains(candidate.member().region())) {
      return Exclusion.REGION;
    }
    if (limits.residency().isPresent() && !limits.residency().get().equals(candidate.residency())) {
      return Exclusion.RESIDENCY;
    }
    Price price = candidate.price();
    if (isAbove(price.inputMicrosPerMtok(), limits.maxInputMicrosPerMtok())
        || isAbove(price.cachedInputMicrosPerMtok(), limits.maxInputMicrosPerMtok())
        || isAbove(price.outputMicrosPerMtok(), limits.maxOutputMicrosPerMtok())) {
      return Exclusion.PRICE;
    }
    if (!limits.providers().quantizations().isEmpty()
        && !limits.providers().quantizations().contains(offer.quantization())) {
      return Exclusion.QUANTIZATION;
    }
    DataPolicy policy = candidate.member().dataPolicy();
    if (limits.providers().noDataCollection()
        && (policy.retainsPrompts() || policy.trainsOnPrompts())) {
      return Exclusion.DATA_COLLECTION;
    }
    if (!limits.attestation().isLevelMetBy(candidate.member().attestation())) {
      return Exclusion.ATTESTATION_LEVEL;
    }
    return limits.attestation().isTechnologyMetBy(candidate.member().attestation())
        ? null
        : Exclusion.ATTESTATION_TECHNOLOGY;
  }

  private static @Nullable Exclusion byProvider(ProviderLimits limits, Candidate candidate) {
    NodeId id = candidate.member().id();
    if (!limits.only().isEmpty() && limits.only().stream().noneMatch(party -> party.names(id))) {
      return Exclusion.NOT_AMONG_ONLY;
    }
    if (limits.ignored().stream().anyMatch(party -> party.names(id))) {
      return Exclusion.IGNORED;
    }
    if (!limits.fallbacks()
        && !limits.order().isEmpty()
        && limits.order().stream().noneMatch(party -> party.names(id))) {
      return Exclusion.NOT_IN_ORDER;
    }
    return null;
  }

  private static boolean isAbove(long price, OptionalLong limit) {
    return limit.isPresent() && price > limit.getAsLong();
  }

  private static @Nullable Exclusion byState(Candidate candidate, Instant now, NodeId self) {
    if (!candidate.member().roles().contains(Role.PROVIDER)) {
      return Exclusion.NOT_A_PROVIDER;
    }
    if (candidate.member().capacity().workTokens() == 0) {
      return Exclusion.NO_CAPACITY;
    }
    if (!candidate.member().address().isPresent() && !candidate.member().id().equals(self)) {
      return Exclusion.NO_ADDRESS;
    }
    if (!candidate.member().attestation().isFreshAt(now)) {
      return Exclusion.ATTESTATION_EXPIRED;
    }
    MemberState state = candidate.member().state();
    return switch (state) {
      case READY -> candidate.isForSale() ? null : Exclusion.NOT_FOR_SALE;
      case DRAINING -> Exclusion.DRAINING;
      case UNHEALTHY -> Exclusion.UNHEALTHY;
    };
  }

  private void judge(int ordinal, @Nullable Exclusion verdict) {
    verdicts[ordinal] = verdict;
    if (verdict == null) {
      eligible++;
    } else {
      counts.merge(verdict, 1, Integer::sum);
    }
  }

  /** Why the candidate may not run it; null when it may. */
  @Nullable Exclusion verdict(Candidate candidate) {
    return verdicts[candidate.ordinal()];
  }

  boolean admits(Candidate candidate) {
    return verdicts[candidate.ordinal()] == null;
  }

  int eligible() {
    return eligible;
  }

  int count(Exclusion exclusion) {
    return counts.getOrDefault(exclusion, 0);
  }

  /** Whether some member is excluded only by what will pass. */
  boolean mayPass() {
    return counts.keySet().stream().anyMatch(Exclusion::isPassing);
  }

  /** For example {@code 2 of 9 excluded: price 1, draining 1}; empty when none is. */
  String summary() {
    int excluded = verdicts.length - eligible;
    if (excluded == 0) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(64)
            .append(excluded)
            .append(" of ")
            .append(verdicts.length)
            .append(" excluded:");
    String separator = " ";
    for (Map.Entry<Exclusion, Integer> count : counts.entrySet()) {
      text.append(separator).append(count.getKey().word()).append(' ').append(count.getValue());
      separator = ", ";
    }
    return text.toString();
  }
}
