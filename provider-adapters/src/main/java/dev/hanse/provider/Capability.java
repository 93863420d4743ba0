package dev.hanse.provider;

import java.util.Set;

/**
 * What an engine can do.
 *
 * @param engine its self-description for people, for example {@code simulated (h100)}
 * @param simulated whether its answers are made up; shown wherever the engine is
 * @param reportsUsage whether it reports token usage when asked
 * @param continuesFinalMessage whether it can go on from a partial assistant message
 */
public record Capability(
    String engine,
    boolean simulated,
    Set<Operation> operations,
    boolean reportsUsage,
    boolean continuesFinalMessage) {
  public Capability {
    operations = Set.copyOf(operations);
  }
}
