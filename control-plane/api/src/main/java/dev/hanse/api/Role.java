package dev.hanse.api;

/** What a mesh identity may do. */
public enum Role {
  /** Takes client requests and places them. */
  EDGE,
  /** Runs requests on its engine. */
  PROVIDER,
  /** Enrols nodes and publishes the view. */
  CONTROL
}
