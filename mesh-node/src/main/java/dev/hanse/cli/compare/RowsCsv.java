package dev.hanse.cli.compare;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes rows as CSV, one a decision. */
final class RowsCsv {
  static final String HEADER = "request,node,blocks_hit,blocks,ttft_ms,cost_micros";

  private RowsCsv() {}

  /** Writes a file, replacing what was there. */
  static void write(Path file, List<Row> rows, List<Server> servers) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(HEADER);
      out.write('\n');
      for (Row row : rows) {
        out.write(line(row, servers));
        out.write('\n');
      }
    }
  }

  static String line(Row row, List<Server> servers) {
    return String.format(
        Locale.ROOT,
        "%d,%s,%d,%d,%d.%03d,%d",
        row.request(),
        servers.get(row.node()).id(),
        row.blocksHit(),
        row.blocks(),
        row.ttftMicros() / 1000,
        row.ttftMicros() % 1000,
        row.costMicros());
  }
}
