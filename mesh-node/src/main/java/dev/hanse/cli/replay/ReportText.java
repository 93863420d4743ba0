package dev.hanse.cli.replay;

import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints a report for people. */
record ReportText(Report report) {
  void print(PrintWriter out) {
    out.println();
    summary(out);
    if (!report.failures().isEmpty()) {
      out.println();
      failures(out);
    }
    out.println();
    latencies(out);
    out.println();
    prefixes(out);
    out.println();
    shares(out, "region", report.regions());
    out.println();
    shares(out, "node", report.nodes());
    out.flush();
  }

  private void summary(PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%d requests in %.1f s: %d answered, %d failed, %d sent late (latest %.0f ms), %d trace"
                + " lines skipped",
            report.requests(),
            report.seconds(),
            report.answered(),
            report.failed(),
            report.late(),
            report.latestMillis(),
            report.badLines()));
    out.println(
        String.format(
            Locale.ROOT,
            "%d prompt tokens, %d completion tokens of %d asked for; %.0f tokens/s, %.0f of them"
                + " output",
            report.promptTokens(),
            report.completionTokens(),
            report.askedTokens(),
            report.tokensPerSecond(),
            report.outputTokensPerSecond()));
  }

  private void failures(PrintWriter out) {
    Table table = new Table("failure", "requests>");
    report.failures().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(failure -> table.row(failure.getKey(), failure.getValue()));
    table.print(out);
  }

  private void latencies(PrintWriter out) {
    Table table = new Table("latency, ms", "p50>", "p95>", "p99>", "max>");
    row(table, "first token", report.ttft());
    row(table, "end to end", report.endToEnd());
    table.print(out);
  }

  private static void row(Table table, String name, Percentiles millis) {
    table.row(
        name,
        number(millis.p50()),
        number(millis.p95()),
        number(millis.p99()),
        number(millis.max()));
  }

  private void prefixes(PrintWriter out) {
    PrefixBound bound = report.bound();
    Table table = new Table("prefix hits", "hit>", "of>", "share>", "upper bound>");
    table.row(
        "prompt tokens",
        report.cachedTokens(),
        report.promptTokens(),
        percent(report.cachedTokens(), report.promptTokens()),
        percent(bound.hitTokens(), bound.tokens()));
    table.row(
        "blocks",
        report.hitBlocks(),
        report.blocks(),
        percent(report.hitBlocks(), report.blocks()),
        percent(bound.hitBlocks(), bound.blocks()));
    table.print(out);
  }

  private void shares(PrintWriter out, String by, List<Report.Share> shares) {
    long requests = shares.stream().mapToLong(Report.Share::requests).sum();
    long tokens = shares.stream().mapToLong(Report.Share::tokens).sum();
    Table table =
        new Table(by, "requests>", "share>", "tokens>", "share>", "cached>", "USD>", "USD/Mtok>");
    for (Report.Share share : shares) {
      table.row(
          share.name(),
          share.requests(),
          percent(share.requests(), requests),
          share.tokens(),
          percent(share.tokens(), tokens),
          percent(share.cachedTokens(), share.promptTokens()),
          share.priced() ? String.format(Locale.ROOT, "%.4f", share.costMicros() / 1e6) : "-",
          share.priced() ? String.format(Locale.ROOT, "%.4f", share.usdPerMtok()) : "-");
    }
    table.print(out);
  }

  static String percent(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1f", value);
  }
}
