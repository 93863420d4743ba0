package dev.hanse.control.membership;

import dev.hanse.api.RegionId;

/** The answer to a drain command. */
public sealed interface DrainOutcome {
  /** The command holds, and will for later incarnations of the node until it is undone. */
  record Commanded(boolean drain) implements DrainOutcome {}

  /** The node reports to another region's control plane, which is the one to ask. */
  record Elsewhere(RegionId region) implements DrainOutcome {}

  /** No such node is known. */
  record Unknown() implements DrainOutcome {}
}
