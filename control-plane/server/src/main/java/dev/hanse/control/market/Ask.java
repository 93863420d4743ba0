package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.NodeId;

/**
 * One seller of one model in one epoch.
 *
 * @param capacityTokens what it is believed to hold at once; above 0
 * @param busyTokens what it said it holds now
 */
record Ask(NodeId node, Bid bid, EffectiveCost cost, long capacityTokens, long busyTokens) {}
