package dev.hanse.provider.simulated.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * One choice of an answer, known before its first token is produced. Immutable.
 *
 * <p>Tokens are numbered from 0. What a client sees of a range of tokens is told to a {@link Sink};
 * telling consecutive ranges adds up to telling the whole.
 */
public final class Answer {
  /** Hears what a client sees. */
  public interface Sink {
    /**
     * Text, never half a character.
     *
     * @param firstToken the first of the range it comes from
     * @param endToken the one after the last
     */
    void text(String text, int firstToken, int endToken);

    void callBegins(int index, String id, String name);

    void callArguments(int index, String piece);
  }

  private final List<Part> parts;
  private final int tokenCount;
  private final String finishReason;

  Answer(List<Part> parts, int tokenCount, String finishReason) {
    this.parts = List.copyOf(parts);
    this.tokenCount = tokenCount;
    this.finishReason = finishReason;
  }

  /** How many tokens are sampled for it, seen or not; at least 1. */
  public int tokenCount() {
    return tokenCount;
  }

  /** {@code stop}, {@code length} or {@code tool_calls}. */
  public String finishReason() {
    return finishReason;
  }

  /** Tells what tokens {@code from} to {@code to - 1} look like. */
  public void tell(int from, int to, Sink sink) {
    int first = 0;
    for (Part part : parts) {
      int begin = Math.max(from, first);
      int end = Math.min(to, first + part.tokens());
      if (begin < end) {
        part.tell(begin - first, end - first, sink);
      }
      first += part.tokens();
    }
  }

  /** The text each token shows; tokens that show nothing are left out. */
  public List<String> texts(int from, int to) {
    List<String> texts = new ArrayList<>();
    for (int token = from; token < to; token++) {
      tell(
          token,
          token + 1,
          new Sink() {
            @Override
            public void text(String text, int firstToken, int endToken) {
              texts.add(text);
            }

            @Override
            public void callBegins(int index, String id, String name) {}

            @Override
            public void callArguments(int index, String piece) {}
          });
    }
    return texts;
  }

  /** Names of the full blocks of prompt and answer together. */
  public long[] blockHashes(Tokens prompt, int blockTokens, long salt) {
    Tokens all = new Tokens();
    all.addAll(prompt);
    Tokens sampled = new Tokens();
    parts.forEach(part -> part.sampled(sampled));
    for (int i = 0; i < tokenCount; i++) {
      all.add(sampled.at(i));
    }
    return all.blockHashes(blockTokens, salt);
  }

  /** A stretch of an answer. */
  sealed interface Part {
    int tokens();

    void tell(int from, int to, Sink sink);

    void sampled(Tokens tokens);
  }

  /** Text, of which what belongs to a stop string is not seen. */
  static final class Text implements Part {
    private final byte[] utf8;
    private final int visibleBytes;

    Text(byte[] utf8, int visibleBytes) {
      this.utf8 = utf8;
      this.visibleBytes = visibleBytes;
    }

    @Override
    public int tokens() {
      return SimulatedTokenizer.count(utf8.length);
    }

    @Override
    public void tell(int from, int to, Sink sink) {
      String text = Utf8.between(utf8, visibleBytes, from, to);
      if (!text.isEmpty()) {
        sink.text(text, from, to);
      }
    }

    @Override
    public void sampled(Tokens tokens) {
      tokens.addBytes(utf8, 0, utf8.length);
    }
  }

  /** A tool call: a marker and the name, then the arguments. */
  static final class Call implements Part {
    private final int index;
    private final String id;
    private final String name;
    private final String json;
    private final byte[] arguments;
    private final int nameTokens;

    Call(int index, String id, String name, String json) {
      this.index = index;
      this.id = id;
      this.name = name;
      this.json = json;
      arguments = SimulatedTokenizer.utf8(json);
      nameTokens = 1 + SimulatedTokenizer.count(name);
    }

    @Override
    public int tokens() {
      return nameTokens + SimulatedTokenizer.count(arguments.length);
    }

    @Override
    public void tell(int from, int to, Sink sink) {
      if (from < nameTokens && to >= nameTokens) {
        sink.callBegins(index, id, name);
      }
      if (to > nameTokens) {
        int begin = Math.max(from, nameTokens) - nameTokens;
        String piece = Utf8.between(arguments, arguments.length, begin, to - nameTokens);
        if (!piece.isEmpty()) {
          sink.callArguments(index, piece);
        }
      }
    }

    @Override
    public void sampled(Tokens tokens) {
      SimulatedTokenizer.call(tokens, name, json);
    }
  }
}
