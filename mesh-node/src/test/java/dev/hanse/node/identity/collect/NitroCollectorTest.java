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
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Nitro enclave's module, scripted. */
class NitroCollectorTest {
  private static final Bytes REPORT_DATA =
      Bytes.ofHex(
          "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20" + "ff".repeat(32));

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
                })
            .collect(REPORT_DATA)
            .getFirst();

    assertThat(evidence.technology()).isEqualTo("aws-nitro");
    assertThat(evidence.body()).isEqualTo(Bytes.copyOf(ascii("signed")));
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
    for (int length : new int[] {0, 23, 24, 255, 256, 10_000}) {
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

  @Test
  void passesTheModulesRefusalOn() {
    byte[] refusal = HexFormat.of().parseHex("a1654572726f726c496e76616c6964496e707574");

    assertThatThrownBy(() -> NsmMessages.document(refusal)).hasMessageContaining("InvalidInput");
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
        .hasMessageContaining("errno 25");
  }

  private static byte[] response(String document) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex("a16b4174746573746174696f6ea168646f63756d656e74"));
    byte[] content = ascii(document);
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

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
