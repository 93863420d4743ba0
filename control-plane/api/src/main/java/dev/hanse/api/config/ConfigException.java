package dev.hanse.api.config;

import java.util.List;

/** A configuration is refused. Its message lists everything that is wrong, one problem a line. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  ConfigException(String source, List<Problem> problems) {
    super(text(source, problems));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }

  private static String text(String source, List<Problem> problems) {
    StringBuilder text = new StringBuilder();
    text.append(source)
        .append(
            problems.size() == 1 ? " has a problem:" : " has " + problems.size() + " problems:");
    problems.forEach(problem -> text.append("\n  ").append(problem));
    return text.toString();
  }
}
