package dev.hanse.api.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads one strict YAML document into a record.
 *
 * <p>A record is a section; its components, spelt in kebab-case, are the keys. Components may be
 * {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean}, enums, {@code
 * Duration}, {@link ByteSize}, {@code RegionId}, {@code NodeId}, {@code ModelId}, {@code Endpoint},
 * {@code URI}, {@code Path}, records, and {@code List}, {@code Map} and {@code Optional} of them;
 * see {@link Doc}, {@link Default} and {@link Secret}. A record that holds anything else is a
 * mistake of the program: {@link IllegalStateException}.
 *
 * <p>Whatever is unknown, misspelt, of the wrong type or unit, missing, set twice, or refused by a
 * record's constructor with {@link IllegalArgumentException} ends in one {@link ConfigException}
 * that lists all of it, by line and key.
 */
public final class StrictYaml {
  private StrictYaml() {}

  /**
   * Reads a file of at most 1 MiB of UTF-8.
   *
   * @param environment usually {@code System.getenv()}; what does not start with HANSE_ is ignored,
   *     except by {@code env:} references
   * @param flags dotted paths and their values, for example {@code edge.port} and {@code 8081}
   */
  public static <T extends Record> T read(
      Path file, Class<T> type, Map<String, String> environment, Map<String, String> flags) {
    return read(file.toString(), content(file), type, environment, flags);
  }

  /** Reads a document at hand; the empty text means nothing but defaults and overrides. */
  public static <T extends Record> T read(
      String yaml, Class<T> type, Map<String, String> environment, Map<String, String> flags) {
    return read("configuration", yaml, type, environment, flags);
  }

  /** A commented template with every key and its default, which can be read back as it is. */
  public static String document(Class<? extends Record> type) {
    return Template.of(Section.of(type), true);
  }

  /** The same of a document that no environment reaches into, such as one that is signed. */
  public static String documentWithoutOverrides(Class<? extends Record> type) {
    return Template.of(Section.of(type), false);
  }

  private static <T extends Record> T read(
      String source,
      String yaml,
      Class<T> type,
      Map<String, String> environment,
      Map<String, String> flags) {
    Section section = Section.of(type);
    List<Problem> problems = new ArrayList<>();
    try {
      Tree document = TreeReader.document(yaml);
      Tree tree = new Overrides(section, problems).apply(document, environment, flags);
      var value = new Binder(environment, problems).root(section, tree);
      if (value.isPresent() && problems.isEmpty()) {
        return type.cast(value.get());
      }
    } catch (ConfigException malformed) {
      throw new ConfigException(source, malformed.problems());
    }
    throw new ConfigException(source, problems);
  }

  private static String content(Path file) {
    try {
      if (Files.size(file) > TreeReader.MAX_CHARS) {
        throw unreadable(file, "is longer than " + TreeReader.MAX_CHARS + " bytes");
      }
      return Files.readString(file);
    } catch (CharacterCodingException invalid) {
      throw unreadable(file, "is not UTF-8");
    } catch (IOException missing) {
      boolean there = Files.exists(file);
      throw unreadable(file, there ? "cannot be read" : "does not exist");
    }
  }

  private static ConfigException unreadable(Path file, String message) {
    return new ConfigException(file.toString(), List.of(new Problem("", "", message)));
  }
}
