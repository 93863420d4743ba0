package dev.hanse.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamConfigTest {
  private static UpstreamConfig of(String uri) {
    return UpstreamConfig.of(URI.create(uri), new Secret("sk-very-secret"), 8);
  }

  @ParameterizedTest
  @CsvSource({
    "http://h:8000, /v1, ''",
    "http://h:8000/, /v1, ''",
    "http://h:8000/v1, /v1, ''",
    "http://h:8000/v1/, /v1, ''",
    "https://h/openai/v1, /openai/v1, /openai",
    "https://h/gpu7, /gpu7/v1, /gpu7",
    "https://h/v1beta, /v1beta, ''",
  })
  void findsTheApiBelowItsBasePath(String uri, String api, String server) {
    assertThat(of(uri).apiPath()).isEqualTo(api);
    assertThat(of(uri).serverPath()).isEqualTo(server);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://h", "h:8000", "http://user:pw@h", "http://h/?key=1", "http://h/#x", "/v1"})
  void refusesUrlsThatAreNotPlainHttp(String uri) {
    assertThatThrownBy(() -> of(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("pw")
        .doesNotContain("key=1");
  }

  @Test
  void refusesPoolsWithoutBound() {
    assertThatThrownBy(() -> of("http://h").withPool(0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> of("http://h").withPool(5000, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverPrintsItsSecret() {
    assertThat(of("http://h").toString()).doesNotContain("very-secret");
  }

  @Test
  void refusesSecretsThatWouldSplitAHeader() {
    assertThatThrownBy(() -> new Secret("a\r\nx: y"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("x: y");
  }
}
