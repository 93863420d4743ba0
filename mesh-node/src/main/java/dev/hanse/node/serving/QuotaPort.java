package dev.hanse.node.serving;

import dev.hanse.api.Member;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import io.vertx.core.Future;

/** Asks a node how much work this edge may have there: this node, or another over the mesh. */
public interface QuotaPort {
  /** The code of a node's refusal of work beyond the edge's quota. Another node may take it. */
  String OVER_QUOTA = "over_quota";

  /** Fails when the node cannot be reached, refuses, or knows no quotas. */
  Future<QuotaGrant> ask(Member node, QuotaAsk ask);
}
