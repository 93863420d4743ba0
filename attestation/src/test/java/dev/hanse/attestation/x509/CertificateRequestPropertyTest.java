package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.seeds.Seeds;
import java.util.Arrays;
import java.util.Random;

class CertificateRequestPropertyTest {
  /** Only typed refusals: a mutant that is still proved must be the request itself. */
  @Seeds(tries = 60)
  void noMutantIsProvedAndNoneThrows(long seed) throws Exception {
    Random random = new Random(seed);
    Bytes good =
        seed % 2 == 0
            ? Requests.good(Requests.ec("secp256r1"), "SHA256withECDSA")
            : Requests.good(Requests.ed25519(), "Ed25519");
    for (int mutant = 0; mutant < 100; mutant++) {
      byte[] bytes = good.toArray();
      int changes = 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(10) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
      }
      Bytes mutated = Bytes.copyOf(bytes);

      CertificateRequest.Reading reading = CertificateRequest.read(mutated);

      if (!mutated.equals(good)) {
        assertThat(reading).isInstanceOf(CertificateRequest.Reading.Refused.class);
      }
    }
  }

  @Seeds(tries = 60)
  void noRandomBytesAreProved(long seed) {
    Random random = new Random(seed);
    for (int attempt = 0; attempt < 100; attempt++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (bytes.length > 2) {
        bytes[0] = 0x30;
        bytes[1] = (byte) Math.min(127, bytes.length - 2);
      }

      assertThat(CertificateRequest.read(Bytes.copyOf(bytes)))
          .isInstanceOf(CertificateRequest.Reading.Refused.class);
    }
  }
}
