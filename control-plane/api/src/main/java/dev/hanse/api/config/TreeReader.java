package dev.hanse.api.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Reads YAML's events into a {@link Tree}. Only what a configuration needs is taken: one document
 * of mappings, sequences and scalars. Tags (which could name classes), anchors and aliases (which
 * could blow up), duplicate keys and deep nesting are refused where they stand.
 */
final class TreeReader {
  static final int MAX_CHARS = 1 << 20;
  private static final int MAX_DEPTH = 32;

  private final Iterator<Event> events;
  private final Function<Mark, String> whereOf;

  private TreeReader(Iterator<Event> events, Function<Mark, String> whereOf) {
    this.events = events;
    this.whereOf = whereOf;
  }

  /** A document's parts say their line. An empty document is an empty mapping. */
  static Tree document(String yaml) {
    return read(yaml, mark -> "line " + (mark.getLine() + 1));
  }

  /** A value given outside the document says where. */
  static Tree value(String yaml, String where) {
    return read(yaml, mark -> where);
  }

  private static Tree read(String yaml, Function<Mark, String> whereOf) {
    if (yaml.length() > MAX_CHARS) {
      throw refused("", "is longer than " + MAX_CHARS + " characters");
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARS);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(0);
    DumperOptions unused = new DumperOptions();
    Yaml parser = new Yaml(new SafeConstructor(options), new Representer(unused), unused, options);
    try {
      return new TreeReader(parser.parse(new StringReader(yaml)).iterator(), whereOf).whole();
    } catch (MarkedYAMLException malformed) {
      Mark mark = malformed.getProblemMark();
      String problem = malformed.getProblem() == null ? "cannot be read" : malformed.getProblem();
      throw refused(mark == null ? "" : whereOf.apply(mark), "is not YAML: " + problem);
    } catch (YAMLException malformed) {
      throw refused(
          "",
          "is not YAML: " + String.valueOf(malformed.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private Tree whole() {
    Tree tree = null;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof DocumentStartEvent) {
        if (tree != null) {
          throw refused(where(event), "starts a second document, only one is read");
        }
        tree = node(events.next(), 0);
      }
    }
    return tree == null ? new Tree.Scalar("", "", false) : tree;
  }

  private Tree node(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw refused(where(event), "is nested more than " + MAX_DEPTH + " deep");
    }
    if (event instanceof AliasEvent
        || (event instanceof NodeEvent node && node.getAnchor() != null)) {
      throw refused(
          where(event), "uses an anchor or alias (& or *); quote the text if it is meant");
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), event);
        yield new Tree.Scalar(where(event), scalar.getValue(), !scalar.isPlain());
      }
      case SequenceStartEvent sequence -> {
        refuseTag(sequence.getTag(), event);
        yield sequence(event, depth);
      }
      case MappingStartEvent mapping -> {
        refuseTag(mapping.getTag(), event);
        yield mapping(event, depth);
      }
      default -> throw refused(where(event), "cannot be read");
    };
  }

  private Tree sequence(Event start, int depth) {
    List<Tree> items = new ArrayList<>();
    for (Event next = events.next(); !next.is(Event.ID.SequenceEnd); next = events.next()) {
      items.add(node(next, depth + 1));
    }
    return Tree.Sequence.of(where(start), items);
  }

  private Tree mapping(Event start, int depth) {
    Tree.Mapping mapping = Tree.Mapping.empty(where(start));
    for (Event next = events.next(); !next.is(Event.ID.MappingEnd); next = events.next()) {
      String where = where(next);
      if (!(node(next, depth + 1) instanceof Tree.Scalar key)) {
        throw refused(where, "has a key that is not text");
      }
      Tree value = node(events.next(), depth + 1);
      Tree.Entry earlier = mapping.entries().putIfAbsent(key.text(), new Tree.Entry(where, value));
      if (earlier != null) {
        throw new ConfigException(
            "configuration",
            List.of(new Problem(key.text(), where, "is set twice, first on " + earlier.where())));
      }
    }
    return mapping;
  }

  private void refuseTag(String tag, Event event) {
    if (tag != null) {
      throw refused(where(event), "has the tag " + tag + "; tags are not taken");
    }
  }

  private String where(Event event) {
    return whereOf.apply(event.getStartMark());
  }

  private static ConfigException refused(String where, String message) {
    return new ConfigException("configuration", List.of(new Problem("", where, message)));
  }
}
