package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  @Test
  void readsTextsNumbersArraysAndObjects() throws Rejection {
    JsonFields json =
        read(
            "{\"text\":\"a\",\"number\":7,\"hex\":\"00Ff\",\"at\":\"2026-01-02T03:04:05Z\","
                + "\"texts\":[\"a\",\"b\"],\"objects\":[{\"x\":1},{\"x\":2}],\"object\":{\"y\":3}}");

    assertThat(json.text("text")).isEqualTo("a");
    assertThat(json.number("number", 7)).isEqualTo(7);
    assertThat(json.hex("hex", 2)).isEqualTo(Bytes.ofHex("00ff"));
    assertThat(json.instant("at")).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(json.texts("texts", 2)).containsExactly("a", "b");
    assertThat(json.objects("objects", 2).get(1).number("x", 9)).isEqualTo(2);
    assertThat(json.object("object").number("y", 9)).isEqualTo(3);
    assertThat(json.has("text")).isTrue();
    assertThat(json.has("none")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "\"a\"",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1} {}",
        "{\"a\":1}x",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":null}",
        "{\"a\":true}",
        "{\"a\":[false]}",
        "{\"a\":NaN}",
        "{\"a\":\"\u00e9\"}",
        "{\"a\":99999999999999999999}",
        "{\"a\":1/* */}",
        "\uFEFF{\"a\":1}"
      })
  void refusesWhatIsNotOneObjectOfThese(String document) {
    rejected(() -> read(document), Stage.COLLATERAL, Reason.STRUCTURE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"b\":{\"a\":1,\"a\":2}}",
        "{\"b\":[{\"a\":1,\"\\u0061\":2}]}"
      })
  void refusesAKeyThatIsThereTwice(String document) {
    rejected(() -> read(document), Stage.COLLATERAL, Reason.DUPLICATE_KEY);
  }

  @Test
  void refusesWhatNestsTooDeep() throws Rejection {
    assertThat(read("{\"a\":" + "[".repeat(7) + "]".repeat(7) + "}").has("a")).isTrue();

    for (int deep : List.of(8, 9, 5_000)) {
      rejected(
          () -> read("{\"a\":" + "[".repeat(deep) + "]".repeat(deep) + "}"),
          Stage.COLLATERAL,
          Reason.DEPTH);
    }
    rejected(() -> read("{\"a\":".repeat(9) + "1" + "}".repeat(9)), Stage.COLLATERAL, Reason.DEPTH);
  }

  @Test
  void refusesADocumentOverItsLimit() throws Rejection {
    Bytes document = TdxForge.ascii("{\"a\":1}");

    assertThat(StrictJson.read(document, 7, "it").has("a")).isTrue();
    rejected(() -> StrictJson.read(document, 6, "it"), Stage.COLLATERAL, Reason.LENGTH);
  }

  @Test
  void refusesAFieldThatIsUnknown() throws Rejection {
    JsonFields json = read("{\"a\":1,\"b\":2}");

    assertThat(json.only(java.util.Set.of("a", "b", "c"))).isSameAs(json);
    rejected(() -> json.only(java.util.Set.of("a")), Stage.COLLATERAL, Reason.UNKNOWN_KEY);
  }

  @ParameterizedTest
  @CsvSource({"-1", "8"})
  void refusesANumberOutOfRange(int number) throws Rejection {
    JsonFields json = read("{\"a\":" + number + "}");

    rejected(() -> json.number("a", 7), Stage.COLLATERAL, Reason.STRUCTURE);
  }

  @Test
  void takesNumbersFromZeroToTheLimit() throws Rejection {
    assertThat(read("{\"a\":0}").number("a", 7)).isZero();
    assertThat(read("{\"a\":7}").number("a", 7)).isEqualTo(7);
  }

  @Test
  void refusesFieldsOfAnotherKindOrLength() throws Rejection {
    JsonFields json = read("{\"n\":1,\"t\":\"zz\",\"o\":{},\"l\":[1,\"a\"],\"h\":\"00\"}");

    structure(() -> json.text("n"));
    structure(() -> json.text("none"));
    structure(() -> json.number("t", 9));
    structure(() -> json.hex("t", 1));
    structure(() -> json.hex("h", 2));
    structure(() -> json.hex("h", 0));
    structure(() -> json.instant("t"));
    structure(() -> json.object("l"));
    structure(() -> json.objects("o", 9));
    structure(() -> json.objects("l", 9));
    structure(() -> json.texts("l", 9));
    structure(() -> json.texts("l", 1));
    structure(() -> json.texts("none", 9));
  }

  @Test
  void refusesAnArrayOverItsLimit() throws Rejection {
    JsonFields json = read("{\"l\":[\"a\",\"b\"]}");

    assertThat(json.texts("l", 2)).hasSize(2);
    structure(() -> json.texts("l", 1));
  }

  private static void structure(org.junit.jupiter.api.function.Executable act) {
    rejected(act, Stage.COLLATERAL, Reason.STRUCTURE);
  }

  private static JsonFields read(String document) throws Rejection {
    return StrictJson.read(
        Bytes.copyOf(document.getBytes(java.nio.charset.StandardCharsets.UTF_8)), 65_536, "it");
  }
}
