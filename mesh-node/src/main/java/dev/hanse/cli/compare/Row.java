package dev.hanse.cli.compare;

/**
 * What became of one request: a row of the CSV, and all that the table is made of.
 *
 * @param request the line of the trace's file it stands in, counted from 1
 * @param node the node's position in the fleet
 * @param blocksHit how many of its leading blocks (the trace's own) the engine had cached
 * @param blocks how many it has
 * @param ttftMicros from its arrival at the edge to its first token
 * @param costMicros in micro-USD, at its node's prices
 */
record Row(long request, int node, int blocksHit, int blocks, long ttftMicros, long costMicros) {}
