package dev.hanse.api;

/** What a client asks of a model. */
public enum Operation {
  /** {@code /v1/chat/completions}. */
  CHAT,
  /** {@code /v1/completions}. */
  COMPLETION,
  /** {@code /v1/embeddings}. */
  EMBEDDING
}
