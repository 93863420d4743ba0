package dev.hanse.cli.replay;

/** Hears how far a replay is. Called on its event loop. */
interface Progress {
  /**
   * A request was sent or is over.
   *
   * @param inFlight sent and not over
   */
  void onStep(int over, int failed, int inFlight, int total);
}
