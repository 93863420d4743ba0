package dev.hanse.chaos.market;

/**
 * What a seller is known by.
 *
 * @param capacity believed, in units common to all
 * @param cost effective cost to the buyer; the price where nothing else counts
 */
record Bid(double capacity, double cost) {}
