package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void hasUnitLengthAndTheDimensionsAskedFor() throws Exception {
    Embedding vector = read("{'input':'the sea','dimensions':7}").embed(0);

    assertThat(vector.dimensions()).isEqualTo(7);
    assertThat(cosine(vector, vector)).isCloseTo(1, within(1e-5));
  }

  @Test
  void isTheSameForTheSameTextAndNearerForALikeOne() throws Exception {
    EmbeddingQuestion question =
        read("{'input':['the old sea and the sky','the old sea and the oak','1234567890']}");

    assertThat(cosine(question.embed(0), question.embed(0))).isCloseTo(1, within(1e-5));
    assertThat(cosine(question.embed(0), question.embed(1)))
        .isGreaterThan(cosine(question.embed(0), question.embed(2)) + 0.3);
  }

  @Test
  void writesLittleEndianFloatsInBase64() throws Exception {
    Embedding vector = read("{'input':'x','dimensions':3}").embed(0);

    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(vector.base64())).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(bytes.remaining()).isEqualTo(12);
    assertThat(bytes.getFloat(8)).isEqualTo(vector.coordinate(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "input | {}",
        "input | {'input':''}",
        "input | {'input':['x','']}",
        "input | {'input':{}}",
        "dimensions | {'input':'x','dimensions':0}",
        "dimensions | {'input':'x','dimensions':9999}",
        "encoding_format | {'input':'x','encoding_format':'hex'}",
      })
  void refusesNamingTheField(String field, String body) {
    RefusedRequest refusal = catchThrowableOfType(RefusedRequest.class, () -> read(body));

    assertThat(refusal.field()).isEqualTo(field);
  }

  private static EmbeddingQuestion read(String body) throws Exception {
    return EmbeddingQuestion.read(JSON.readTree(body.replace('\'', '"')), 100, "m", 0);
  }

  private static double cosine(Embedding a, Embedding b) {
    double sum = 0;
    for (int i = 0; i < a.dimensions(); i++) {
      sum += a.coordinate(i) * b.coordinate(i);
    }
    return sum;
  }
}
