package dev.hanse.node.edge.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hanse.node.routing.PrefixChains;
import java.io.IOException;
import java.util.Arrays;

/**
 * The canonical bytes of (a part of) a prompt: the same for two bodies that mean the same, however
 * their JSON is spaced or escaped. Text is UTF-8; values are set apart by ASCII's own separators,
 * which do not occur in honest prompts.
 *
 * <p>It keeps the first {@value #MAX_BYTES} bytes, all that a prefix chain looks at, and counts the
 * rest.
 */
final class PromptText {
  static final int MAX_BYTES = PrefixChains.BLOCK_BYTES * PrefixChains.MAX_BLOCKS;

  private static final byte END_OF_VALUE = 0x1F;
  private static final byte END_OF_RECORD = 0x1E;

  /** English averages four bytes a token under the common tokenizers. */
  private static final int BYTES_PER_TOKEN = 4;

  /** What a picture costs, about: 765 for 1024² under GPT-4o's rule, 1,100 for larger ones. */
  private static final int TOKENS_PER_PICTURE = 1024;

  /** Within so many characters a data URL names its type and encoding. */
  private static final int MEDIA_HEAD = 64;

  private byte[] bytes = new byte[512];
  private int length;
  private long textBytes;
  private long otherTokens;

  int length() {
    return length;
  }

  /** Estimate of how many tokens the whole text is, also what was not kept. */
  long tokens() {
    return (textBytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN + otherTokens;
  }

  void appendTo(PrefixChains.Builder chain, int from, int to) {
    if (to > from) {
      chain.append(bytes, from, to - from);
    }
  }

  /** Ends a message: its role comes last because JSON does not say that it comes first. */
  void endRecord(String role) {
    // Chat templates wrap a message in about four tokens of their own.
    otherTokens += 4;
    put(END_OF_RECORD);
    for (int i = 0; i < role.length(); i++) {
      put((byte) role.charAt(i));
    }
    put(END_OF_RECORD);
  }

  void name(String name) {
    encode(name.toCharArray(), 0, name.length());
    put((byte) ':');
  }

  /** Appends the string the parser stands on. */
  void string(JsonParser parser) throws IOException {
    char[] text = parser.getTextCharacters();
    int from = parser.getTextOffset();
    int count = parser.getTextLength();
    if (isInlineMedia(text, from, count)) {
      otherTokens += TOKENS_PER_PICTURE;
      long before = textBytes;
      encode(text, from, count);
      textBytes = before;
    } else {
      encode(text, from, count);
    }
    put(END_OF_VALUE);
  }

  /** Appends the id of one token. */
  void tokenId(long id) {
    otherTokens++;
    put(Long.toString(id));
    put(END_OF_VALUE);
  }

  /** Appends the whole value the parser stands on and leaves it on the value's last token. */
  void value(JsonParser parser) throws IOException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructStart()) {
        depth++;
        put((byte) (token == JsonToken.START_OBJECT ? '{' : '['));
      } else if (token.isStructEnd()) {
        depth--;
        put((byte) (token == JsonToken.END_OBJECT ? '}' : ']'));
      } else if (token == JsonToken.FIELD_NAME) {
        name(parser.currentName());
      } else if (token == JsonToken.VALUE_STRING) {
        string(parser);
      } else {
        textBytes += parser.getTextLength();
        put(parser.getText());
        put(END_OF_VALUE);
      }
      if (depth == 0) {
        return;
      }
      token = parser.nextToken();
    }
  }

  /** Whether it is a {@code data:…;base64,…} URL, which engines take as a picture or sound. */
  private static boolean isInlineMedia(char[] text, int from, int count) {
    return count > MEDIA_HEAD
        && text[from] == 'd'
        && new String(text, from, MEDIA_HEAD).matches("data:[a-z]+/[^,]*;base64,.*");
  }

  private void encode(char[] text, int from, int count) {
    int end = from + count;
    int i = from;
    for (; i < end && length < MAX_BYTES; i++) {
      char c = text[i];
      if (c < 0x80) {
        put((byte) c);
        textBytes++;
      } else if (c < 0x800) {
        put((byte) (0xC0 | (c >> 6)));
        put((byte) (0x80 | (c & 0x3F)));
        textBytes += 2;
      } else {
        // Surrogates one by one (CESU-8): it only has to be the same every time.
        put((byte) (0xE0 | (c >> 12)));
        put((byte) (0x80 | ((c >> 6) & 0x3F)));
        put((byte) (0x80 | (c & 0x3F)));
        textBytes += 3;
      }
    }
    textBytes += end - i;
  }

  private void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put((byte) ascii.charAt(i));
    }
  }

  private void put(byte b) {
    if (length == bytes.length) {
      if (length >= MAX_BYTES) {
        return;
      }
      bytes = Arrays.copyOf(bytes, Math.min(MAX_BYTES, length * 2));
    }
    bytes[length++] = b;
  }
}
