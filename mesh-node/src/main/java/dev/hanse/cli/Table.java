package dev.hanse.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under a heading, in columns as wide as their widest cell. A column whose heading
 * ends in {@code >} is set flush right, as numbers are.
 */
public final class Table {
  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** Adds a row with one cell for each heading. */
  public void row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "expected " + headings.size() + " cells, was " + cells.length);
    }
    List<String> row = new ArrayList<>(cells.length);
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
  }

  public void print(PrintWriter out) {
    List<String> titles = headings.stream().map(title -> title.replace(">", "")).toList();
    int[] widths = new int[headings.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = titles.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    print(out, titles, widths);
    rows.forEach(row -> print(out, row, widths));
    out.flush();
  }

  private void print(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      boolean right = headings.get(column).endsWith(">");
      line.append(right ? padding + cell : cell + padding).append("  ");
    }
    out.println(line.toString().stripTrailing());
  }
}
