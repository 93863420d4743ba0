package dev.hanse.node.routing;

/** Why a member that offers the model may not run a request. In the order they are checked. */
enum Exclusion {
  OPERATION("operation", false),
  CONTEXT("context", false),
  NODE("node", false),
  NOT_AMONG_ONLY("only", false),
  IGNORED("ignore", false),
  NOT_IN_ORDER("order without fallbacks", false),
  REGION("region", false),
  RESIDENCY("residency", false),
  PRICE("price", false),
  QUANTIZATION("quantization", false),
  DATA_COLLECTION("data collection", false),
  ATTESTATION_LEVEL("attestation", false),
  ATTESTATION_TECHNOLOGY("attestation technology", false),
  NOT_A_PROVIDER("role", true),
  NO_CAPACITY("no capacity", true),
  NO_ADDRESS("no address", true),
  ATTESTATION_EXPIRED("attestation expired", true),
  DRAINING("draining", true),
  NOT_FOR_SALE("not for sale", true),
  UNHEALTHY("unhealthy", true),
  EJECTED("ejected", true),
  FAILED_BEFORE("failed before", true);

  private final String word;
  private final boolean passing;

  Exclusion(String word, boolean passing) {
    this.word = word;
    this.passing = passing;
  }

  /** For the reason shown to clients. */
  String word() {
    return word;
  }

  /** Whether the same request may succeed later; otherwise its own limits exclude the member. */
  boolean isPassing() {
    return passing;
  }
}
