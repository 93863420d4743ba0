package dev.hanse.attestation.vectors;

import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.policy.CheckList;

/** What a judge found of one vector. */
public sealed interface Verdict {
  /** Everything held, policy and freshness included. */
  record Accepted() implements Verdict {}

  /** The first check that failed. */
  record Rejected(Refusal.Rejected refusal) implements Verdict {}

  /**
   * Signatures and chain held; the rest could not be judged or was refused.
   *
   * @param refusal what was missing
   */
  record CryptoOk(Refusal.Rejected refusal) implements Verdict {}

  /** A case that is not evidence, such as a known answer, came out as its parameters say. */
  record Matched(String outcome) implements Verdict {}

  /** Accepted, unless a check failed; then for the first that did. */
  static Verdict of(CheckList checks) {
    return checks
        .firstRefusal()
        .<Verdict>map(refusal ->
            switch (refusal) {
              case Refusal.Rejected rejected -> new Rejected(rejected);
              default ->
                  throw new IllegalStateException("rules refuse with a stage, not by " + refusal);
            })
        .orElseGet(Accepted::new);
  }
}
