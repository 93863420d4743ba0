package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Nitro enclave's module, scripted. */
class NitroCollectorTest {
  private static final Bytes REPORT_DATA =
      Bytes.ofHex(
          "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20" + "ff".repeat(32));

  /** {"Attestation": {"document": */
  private static final String DOCUMENT = "a16b4174746573746174696f6ea168646f63756d656e74";

  @TempDir Path devices;

  @Test
  void asksWithUserDataAndNonceAndTakesTheDocument() throws Exception {
    Path device = Files.createFile(devices.resolve("nsm"));
    ByteArrayOutputStream asked = new ByteArrayOutputStream();

    Evidence evidence =
        new NitroCollector(
                device,
                request -> {
                  asked.writeBytes(request);
                  return response("signed");
                },
                Duration.ofSeconds(15))
            .collect(REPORT_DATA)
            .getFirst();

    assertThat(evidence.technology()).isEqualTo("aws-nitro");
    assertThat(evidence.body()).isEqualTo(Bytes.copyOf(latin("signed")));
    assertThat(HexFormat.of().formatHex(asked.toByteArray()))
        .isEqualTo(
            "a16b4174746573746174696f6e" // {"Attestation":
                + "a3"
                + "69757365725f64617461" // "user_data"
                + "5840"
                + REPORT_DATA.hex()
                + "656e6f6e6365" // "nonce"
                + "5820"
                + REPORT_DATA.hex().substring(0, 64)
                + "6a7075626c69635f6b6579" // "public_key"
                + "f6");
  }

  @Test
  void readsDocumentsOfEveryLengthForm() throws Exception {
    for (int length : new int[] {1, 23, 24, 255, 256, 10_000}) {
      assertThat(NsmMessages.document(response("x".repeat(length)))).hasSize(length);
    }
  }

  @Test
  void refusesAnswersThatAreCutOrLongerOrOfAnotherForm() {
    byte[] good = response("signed");
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> NsmMessages.document(cut)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> NsmMessages.document(Arrays.copyOf(good, good.length + 1)))
        .hasMessageContaining("bytes follow");
    for (int at = 0; at < good.length - 6; at++) {
      byte[] other = good.clone();
      other[at] ^= 0x20;
      assertThatThrownBy(() -> NsmMessages.document(other)).isInstanceOf(IOException.class);
    }
  }

  /** Whatever the bytes: a document they hold in the one form, or a refusal that says so. */
  @Test
  @Tag("fuzz")
  void takesMutantsOfAnAnswerOnlyInTheOneForm() {
    Random random = new Random(20);
    List<byte[]> good = List.of(response("signed"), response("x".repeat(300)));
    for (int i = Integer.getInteger("hanse.fuzz.executions", 3_000); i > 0; i--) {
      byte[] mutant = good.get(i % good.size()).clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        int at = random.nextInt(Math.max(1, Math.min(mutant.length, 40)));
        mutant =
            switch (random.nextInt(3)) {
              case 0 -> Arrays.copyOf(mutant, random.nextInt(mutant.length + 4));
              case 1 -> Arrays.copyOfRange(mutant, Math.min(at, mutant.length), mutant.length);
              default -> mutant.clone();
            };
        if (at < mutant.length) {
          mutant[at] ^= (byte) (1 << random.nextInt(8));
        }
      }
      try {
        String document = new String(NsmMessages.document(mutant), StandardCharsets.ISO_8859_1);
        assertThat(response(document)).isEqualTo(mutant);
      } catch (IOException refused) {
        assertThat(refused).hasMessageContaining("the Nitro security module");
      }
    }
  }

  @Test
  void passesTheModulesRefusalOn() {
    byte[] refusal = HexFormat.of().parseHex("a1654572726f726c496e76616c6964496e707574");

    assertThatThrownBy(() -> NsmMessages.document(refusal)).hasMessageContaining("InvalidInput");
    refusal[refusal.length - 1] = '\n';
    assertThatThrownBy(() -> NsmMessages.document(refusal))
        .hasMessageEndingWith("its error is no name");
  }

  @Test
  void refusesADocumentOfNothingAndLengthsInALongerForm() {
    assertThatThrownBy(() -> NsmMessages.document(response(""))).hasMessageContaining("empty");
    for (String head : new String[] {"5801", "590001"}) {
      byte[] longer = HexFormat.of().parseHex(DOCUMENT + head + "41");
      assertThatThrownBy(() -> NsmMessages.document(longer)).hasMessageContaining("shortest");
    }
  }

  @Test
  void doesNotWaitForAModuleThatDoesNotAnswer() throws Exception {
    Path device = Files.createFile(devices.resolve("nsm"));
    CountDownLatch answers = new CountDownLatch(1);
    NitroCollector collector =
        new NitroCollector(
            device,
            request -> {
              awaited(answers);
              return response("late");
            },
            Duration.ofMillis(50));

    assertThatThrownBy(() -> collector.collect(REPORT_DATA)).hasMessageContaining("within 50 ms");
    assertThatThrownBy(() -> collector.collect(REPORT_DATA)).hasMessageContaining("still owes");
    answers.countDown();
  }

  @Test
  void asksAgainAfterAFailure() throws Exception {
    Path device = Files.createFile(devices.resolve("nsm"));
    AtomicInteger times = new AtomicInteger();
    NitroCollector collector =
        new NitroCollector(
            device,
            request -> {
              if (times.getAndIncrement() == 0) {
                throw new IOException("not now");
              }
              return response("signed");
            },
            Duration.ofSeconds(15));

    assertThatThrownBy(() -> collector.collect(REPORT_DATA)).hasMessage("not now");
    assertThat(collector.collect(REPORT_DATA)).hasSize(1);
  }

  private static void awaited(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    }
  }

  @Test
  void saysWhatIsMissingWhereThereIsNoEnclave() {
    Path nowhere = devices.resolve("nsm");

    assertThatThrownBy(() -> new NitroCollector(nowhere).collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(nowhere.toString())
        .hasMessageContaining("Nitro enclave");
  }

  @Test
  void anOrdinaryFileIsNoModule() throws Exception {
    Path file = Files.createFile(devices.resolve("nsm"));

    assertThatThrownBy(() -> new NitroCollector(file).collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("errno 25")
        .hasMessageContaining("no Nitro security module");
  }

  private static byte[] response(String document) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex(DOCUMENT));
    byte[] content = latin(document);
    if (content.length < 24) {
      out.write(0x40 | content.length);
    } else if (content.length < 256) {
      out.write(0x58);
      out.write(content.length);
    } else {
      out.write(0x59);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
