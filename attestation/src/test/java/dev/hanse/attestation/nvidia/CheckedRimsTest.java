package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CheckedOnce;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckedRimsTest {
  private static final RimForge FORGE = new RimForge();
  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-09-01T00:00:00Z");
  private static final TestAuthority SIGNER =
      FORGE.issuer.issue(TestAuthority.named("CN=short").leaf().valid(FROM, TO));
  private static final Bytes DRIVER = signed(RimForge.driver());

  private final CheckedRims rims = new CheckedRims(Anchors.of(List.of(FORGE.root.certificate())));

  @Test
  void doesNotCheckTheSameBytesTwice() throws Rejection {
    Rim first = rims.of("driver", DRIVER, NvidiaForge.NOW);

    assertThat(rims.of("driver", DRIVER, NvidiaForge.NOW)).isSameAs(first);
    assertThat(rims.of("driver", DRIVER, TO)).isSameAs(first);
    assertThat(first.product()).isEqualTo("GH100");
  }

  @Test
  void checksOtherBytesUnderTheSameNameAnew() throws Rejection {
    rims.of("driver", DRIVER, NvidiaForge.NOW);
    String changed = new String(DRIVER.toArray(), StandardCharsets.UTF_8).replace("eeee", "eeef");
    Bytes broken = Bytes.copyOf(changed.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> rims.of("driver", broken, NvidiaForge.NOW))
        .hasMessageContaining("another document");
    assertThat(rims.of("driver", signed(RimForge.vbios()), NvidiaForge.NOW).version())
        .isEqualTo("96.00.AF.00.01");
  }

  @Test
  void asksForTheTimeEachTime() throws Rejection {
    rims.of("driver", DRIVER, NvidiaForge.NOW);

    assertThatThrownBy(() -> rims.of("driver", DRIVER, TO.plusMillis(1)))
        .hasMessageContaining("expired");
    assertThatThrownBy(() -> rims.of("driver", DRIVER, FROM.minusMillis(1)))
        .hasMessageContaining("not valid before");
  }

  /** From when it was checked: nothing is known of the time before. */
  @Test
  void checksAnewForATimeBeforeTheCheck() throws Rejection {
    Rim later = rims.of("driver", DRIVER, NvidiaForge.NOW);
    Rim earlier = rims.of("driver", DRIVER, NvidiaForge.NOW.minusMillis(1));

    assertThat(earlier).isEqualTo(later).isNotSameAs(later);
    assertThat(rims.of("driver", DRIVER, NvidiaForge.NOW)).isSameAs(earlier);
  }

  @Test
  void doesNotRememberWhatItRefused() {
    Bytes strangers = new RimForge().signed(RimForge.driver());

    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> rims.of("driver", strangers, NvidiaForge.NOW))
          .isInstanceOf(Rejection.class);
    }
    assertThat(rims.size()).isZero();
  }

  @Test
  void remembersNoMoreThan64() throws Rejection {
    for (int name = 0; name < CheckedOnce.LIMIT; name++) {
      rims.of("driver " + name, DRIVER, NvidiaForge.NOW);
    }
    assertThat(rims.size()).isEqualTo(CheckedOnce.LIMIT);

    rims.of("one more", DRIVER, NvidiaForge.NOW);

    assertThat(rims.size()).isEqualTo(1);
  }

  private static Bytes signed(String xml) {
    return RimForge.signed(xml, new RimForge.Shape(), SIGNER, SIGNER, FORGE.issuer, FORGE.root);
  }
}
