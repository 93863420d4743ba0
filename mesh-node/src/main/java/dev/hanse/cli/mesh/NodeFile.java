package dev.hanse.cli.mesh;

import dev.hanse.api.config.Doc;
import dev.hanse.node.NodeConfig;
import java.nio.file.Path;

/** What {@code hanse node --config} reads. */
@Doc("A node of a Hanse mesh, and how it proves what it is.")
public record NodeFile(NodeConfig node, Evidence evidence) {

  /** Where its evidence comes from. */
  @Doc(
      "Where its evidence comes from. This build collects simulated evidence only: it proves"
          + " possession of a key and nothing about the machine.")
  public record Evidence(
      @Doc("PEM key of a simulated platform, made by: hanse mesh-init") Path simulatedPlatform) {}
}
