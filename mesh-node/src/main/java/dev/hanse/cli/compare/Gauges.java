package dev.hanse.cli.compare;

/** What the one gateway knows of the nodes without asking them: requests it has open on each. */
final class Gauges {
  private final int[] open;
  private int total;

  Gauges(int nodes) {
    open = new int[nodes];
  }

  int nodes() {
    return open.length;
  }

  /** Requests placed on the node and not finished. */
  int open(int node) {
    return open[node];
  }

  /** Requests placed and not finished, on all nodes. */
  int total() {
    return total;
  }

  /** The node with the fewest, from {@code first} on around. */
  int least(int first) {
    int best = first % open.length;
    for (int i = 1; i < open.length; i++) {
      int node = (first + i) % open.length;
      best = open[node] < open[best] ? node : best;
    }
    return best;
  }

  void placed(int node) {
    open[node]++;
    total++;
  }

  void finished(int node) {
    open[node]--;
    total--;
  }
}
