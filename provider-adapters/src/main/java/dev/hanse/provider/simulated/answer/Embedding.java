package dev.hanse.provider.simulated.answer;

import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * A text's vector: a random projection of its tokens, at unit length. Texts that share tokens lie
 * nearer each other than texts that do not; that is all it knows of meaning.
 */
public final class Embedding {
  // Coordinates each token touches: enough to tell tokens apart, few enough for long texts.
  private static final int TOUCHED = 16;

  private final float[] coordinates;

  private Embedding(float[] coordinates) {
    this.coordinates = coordinates;
  }

  /**
   * The vector of a text.
   *
   * @param dimensions at least 1
   * @param model different models embed differently
   */
  static Embedding of(Tokens tokens, int dimensions, long model) {
    double[] sums = new double[dimensions];
    for (int i = 0; i < tokens.size(); i++) {
      Draw draw = new Draw(PrefixHashes.mix(model) ^ tokens.at(i));
      for (int j = 0; j < TOUCHED; j++) {
        int coordinate = draw.below(dimensions);
        sums[coordinate] += draw.below(2) == 0 ? 1 : -1;
      }
    }
    // A little of everything, so that no text is the zero vector.
    Draw draw = new Draw(tokens.hash(model));
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      sums[i] += (draw.below(2001) - 1000.5) / 10_000;
      squares += sums[i] * sums[i];
    }
    float[] coordinates = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      coordinates[i] = (float) (sums[i] / Math.sqrt(squares));
    }
    return new Embedding(coordinates);
  }

  public int dimensions() {
    return coordinates.length;
  }

  public float coordinate(int index) {
    return coordinates[index];
  }

  /** Little-endian 32-bit floats in Base64: OpenAI's {@code encoding_format: base64}. */
  public String base64() {
    ByteBuffer bytes =
        ByteBuffer.allocate(coordinates.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(coordinates);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
