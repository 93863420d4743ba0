package dev.hanse.api;

/** What is known of a region's control plane. Its nodes may well serve while it is silent. */
public enum RegionHealth {
  READY,
  SILENT
}
