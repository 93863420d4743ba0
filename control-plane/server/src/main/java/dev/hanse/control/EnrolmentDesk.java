package dev.hanse.control;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.NodeId;
import io.vertx.core.Future;
import java.util.Optional;

/** What an enrolment service asks of the rest of its control plane. Thread-safe. */
public interface EnrolmentDesk {
  /** The provider whose nodes may join with {@code joinToken}; empty if none may. */
  Optional<String> providerOf(String joinToken);

  /**
   * To be called after evidence was appraised and before the identity is handed out: from then on
   * the node may report. False if the mesh is full.
   */
  Future<Boolean> attested(NodeId id, AttestationSummary summary);
}
