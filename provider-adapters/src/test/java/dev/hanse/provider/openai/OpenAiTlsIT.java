package dev.hanse.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAiTlsIT {
  private final OpenAiHarness harness = new OpenAiHarness();
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
  private final FakeUpstream upstream =
      new FakeUpstream(
          harness.vertx,
          new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()),
          (seen, request, response) -> {
            var _ =
                OpenAiAnswersIT.sse(response)
                    .end(OpenAiHarness.delta("x") + OpenAiHarness.FINISH + OpenAiHarness.DONE);
          });

  @AfterEach
  void stop() {
    upstream.close();
    harness.close();
    certificate.delete();
  }

  private UpstreamConfig at(String host) {
    URI uri = URI.create("https://" + host + ":" + upstream.uri("").getPort());
    return UpstreamConfig.of(uri, new Secret("sk"), 2);
  }

  private List<Path> trusted() {
    return List.of(Path.of(certificate.certificatePath()));
  }

  @Test
  void talksToAnEngineWhoseCertificateItTrusts() {
    var provider = harness.provider(at("localhost").withTrustedCertificates(trusted()));

    assertThat(harness.stream(provider).completion().finishReason()).isEqualTo("stop");
  }

  @Test
  void refusesACertificateItDoesNotTrust() {
    var failure = harness.stream(harness.provider(at("localhost"))).failure();

    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.code()).isEqualTo("upstream_tls");
    assertThat(upstream.count()).isZero();
  }

  @Test
  void refusesATrustedCertificateOfAnotherHost() {
    var provider = harness.provider(at("127.0.0.1").withTrustedCertificates(trusted()));

    assertThat(harness.stream(provider).failure().code()).isEqualTo("upstream_tls");
    assertThat(upstream.count()).isZero();
  }
}
