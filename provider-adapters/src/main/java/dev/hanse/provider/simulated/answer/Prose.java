package dev.hanse.provider.simulated.answer;

/**
 * Text that reads like prose from a distance and is plainly made up from near: it begins with
 * {@code [simulated]} and goes on in words of three letters. Every token is four ASCII bytes, and a
 * shorter text is a prefix of a longer one of the same key until it ends.
 */
final class Prose {
  private static final String OPENING = "[simulated] ";
  private static final int OPENING_TOKENS = OPENING.length() / SimulatedTokenizer.BYTES_PER_TOKEN;

  private static final String WORDS =
      "age aid aim air all and any arc art ask bay big bow box boy buy cap car cog cod day dew dig"
          + " dry due ear ebb elm end era eye far fen few fig fir fit fly fog fur gap gem get guy"
          + " hay her hid him his hop hot hub hue ice ink inn ivy jar joy key kin lad lap law lay"
          + " led let log lot low man map mix mud net new nor now nut oak oar oat odd oil old one"
          + " our out owe own pay pea pen pie pin ply pod put ram raw ray red rib rim row run rye"
          + " sad sag sat saw sea see set she sky sly son sow spy sum sun tap tar tea ten the tie"
          + " tin toe top toy try tub two urn use van vat via vow wad war wax way web wed who why"
          + " win wit won yam yet yew you";
  private static final int WORD_COUNT = (WORDS.length() + 1) / 4;
  private static final int SHORTEST = 24;

  private Prose() {}

  /** How long the answer to that key is when nothing limits it: 25 to 280 tokens, mostly short. */
  static int naturalTokens(long key) {
    int side = new Draw(key ^ 0x6C656E677468L).below(16) + 1;
    return SHORTEST + side * side;
  }

  /**
   * The first {@code tokens} tokens.
   *
   * @param ends whether the text is complete then, and ends in a full stop
   */
  static String text(long key, int tokens, boolean ends) {
    int opening = Math.min(tokens, OPENING_TOKENS);
    StringBuilder text = new StringBuilder(tokens * SimulatedTokenizer.BYTES_PER_TOKEN);
    text.append(OPENING, 0, opening * SimulatedTokenizer.BYTES_PER_TOKEN);
    text.append(words(key, tokens - opening));
    if (ends) {
      text.setCharAt(text.length() - 1, '.');
    }
    return text.toString();
  }

  /** That many words, each followed by a space. */
  static String words(long key, int count) {
    Draw draw = new Draw(key);
    StringBuilder text = new StringBuilder(count * SimulatedTokenizer.BYTES_PER_TOKEN);
    for (int i = 0; i < count; i++) {
      int word = draw.below(WORD_COUNT) * SimulatedTokenizer.BYTES_PER_TOKEN;
      text.append(WORDS, word, word + 3).append(' ');
    }
    return text.toString();
  }
}
