package dev.hanse.provider;

/** What is asked of an engine. */
public enum Operation {
  CHAT,
  COMPLETION,
  EMBEDDING
}
