package dev.hanse.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that is revoked, at one moment. Immutable; any thread. */
public final class Revocations {
  public static final Revocations NONE = new Revocations(List.of());

  private final Map<String, Revocation> bySubject;

  /** Takes those that are not lifted. */
  public Revocations(Collection<Revocation> all) {
    Map<String, Revocation> kept = new LinkedHashMap<>();
    all.stream().filter(one -> !one.lifted()).forEach(one -> kept.put(one.subject(), one));
    this.bySubject = Map.copyOf(kept);
  }

  /** What speaks against a node with a certificate of this attestation, or nothing. */
  public Optional<Revocation> against(
      NodeId node, String technology, String policy, String evidenceDigest) {
    return Stream.of(
            of(Revocation.Kind.NODE, node.toString()),
            of(Revocation.Kind.RESULT, evidenceDigest),
            of(Revocation.Kind.TECHNOLOGY, technology),
            of(Revocation.Kind.POLICY, policy))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What speaks against evidence that states these facts, or nothing. */
  public Optional<Revocation> againstFacts(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(fact -> of(Revocation.Kind.FACT, bare(fact.getKey()) + "=" + fact.getValue()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Facts of further parts stand behind their part's name and a slash: revoked wherever found. */
  private static String bare(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  public Optional<Revocation> of(Revocation.Kind kind, String value) {
    return Optional.ofNullable(bySubject.get(kind + ":" + value));
  }

  public List<Revocation> all() {
    return new ArrayList<>(bySubject.values());
  }

  public int size() {
    return bySubject.size();
  }
}
