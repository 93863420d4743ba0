package dev.hanse.cli.compare;

import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints a comparison for people. */
record ComparisonText(Comparison comparison) {
  void print(PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%d requests at %s times their speed over %d nodes; %.0f %% of what they can prefill,"
                + " before caching; seed %d",
            comparison.requests(),
            trimmed(comparison.speed()),
            comparison.servers().size(),
            100 * comparison.offeredLoad(),
            comparison.seed()));
    out.println();
    policies(out);
    out.println();
    nodes(out);
    out.flush();
  }

  private void policies(PrintWriter out) {
    Table table =
        new Table(
            "policy",
            "prefix hits>",
            "TTFT p50, ms>",
            "TTFT p99, ms>",
            "peak/mean>",
            "USD>",
            "frontier",
            "sees");
    for (Comparison.Entry entry : comparison.entries()) {
      Outcome outcome = entry.outcome();
      table.row(
          entry.policy(),
          percent(outcome.hitTokens(), outcome.promptTokens()),
          String.format(Locale.ROOT, "%.0f", outcome.p50Micros() / 1e3),
          String.format(Locale.ROOT, "%.0f", outcome.p99Micros() / 1e3),
          String.format(Locale.ROOT, "%.2f", outcome.peakToMean()),
          String.format(Locale.ROOT, "%.4f", outcome.costMicros() / 1e6),
          comparison.isOnFrontier(entry) ? "yes" : "no",
          entry.policy().sees());
    }
    table.row(
        "(one world-wide cache)",
        percent(comparison.bound().hitTokens(), comparison.bound().tokens()),
        "",
        "",
        "",
        "",
        "",
        "");
    table.print(out);
    for (Comparison.Entry entry : comparison.entries()) {
      if (entry.refusals() > 0) {
        out.println(
            entry.policy()
                + " told requests to come back "
                + entry.refusals()
                + " times; their wait is in the figures");
      }
    }
  }

  private void nodes(PrintWriter out) {
    Table table = new Table("node", "USD/Mtok in>", "cached>", "out>", "cap, tokens>");
    for (Server server : comparison.servers()) {
      table.row(
          server.id(),
          usd(server.price().inputMicrosPerMtok()),
          usd(server.price().cachedInputMicrosPerMtok()),
          usd(server.price().outputMicrosPerMtok()),
          server.workTokens());
    }
    table.print(out);
  }

  private static String usd(long micros) {
    return String.format(Locale.ROOT, "%.4f", micros / 1e6);
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
  }

  private static String trimmed(double value) {
    return value == Math.rint(value) ? String.valueOf(Math.round(value)) : String.valueOf(value);
  }
}
