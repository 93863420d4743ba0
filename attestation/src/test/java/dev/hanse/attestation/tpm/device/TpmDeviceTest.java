package dev.hanse.attestation.tpm.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TpmDeviceTest {
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final Scripted transport = new Scripted();
  private final TpmDevice device = new TpmDevice(transport);

  /** Answers as it was told, one response a command. */
  private static final class Scripted implements TpmTransport {
    private final Deque<byte[]> responses = new ArrayDeque<>();
    private final List<byte[]> commands = new ArrayList<>();

    @Override
    public byte[] exchange(byte[] command) throws IOException {
      commands.add(command);
      if (responses.isEmpty()) {
        throw new IOException("gone");
      }
      return responses.removeFirst();
    }

    @Override
    public void close() {
      commands.clear();
    }
  }

  @Test
  void writesCommandsAsTheSpecificationHasThem() throws Exception {
    answer(0x8001, 0, "0004deadbeef");

    assertThat(device.random(4).hex()).isEqualTo("deadbeef");
    assertThat(Bytes.copyOf(transport.commands.getFirst()).hex())
        .isEqualTo("80010000000c0000017b0004");
  }

  @Test
  void extendsARegisterByTheRightOfAnEmptyPassword() throws Exception {
    answer(0x8002, 0, "00000000" + "0000010000");

    device.extendPcr(new Pcr(TpmHash.SHA256, 16), Bytes.copyOf(new byte[32]));

    assertThat(Bytes.copyOf(transport.commands.getFirst()).hex())
        .isEqualTo(
            "8002000000410000018200000010"
                + "00000009400000090000010000"
                + "00000001000b"
                + "00".repeat(32));
    assertThatThrownBy(
            () -> device.extendPcr(new Pcr(TpmHash.SHA384, 16), Bytes.copyOf(new byte[32])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesWhatATpmRefused() {
    answer(0x8001, 0x2C4, "");

    assertThatThrownBy(() -> device.random(4))
        .isInstanceOfSatisfying(
            TpmException.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(TpmException.Kind.REFUSED);
              assertThat(refused.code()).contains(new ResponseCode(0x2C4));
            })
        .hasMessage("the TPM refused TPM2_GET_RANDOM: TPM_RC_VALUE (parameter 2), 0x2C4");
  }

  @Test
  void decodesResponseCodesOfEveryFormat() {
    assertThat(new ResponseCode(0)).hasToString("TPM_RC_SUCCESS");
    assertThat(new ResponseCode(0x101)).hasToString("TPM_RC_FAILURE, 0x101");
    assertThat(new ResponseCode(0x902)).hasToString("TPM_RC_OBJECT_MEMORY, 0x902");
    assertThat(new ResponseCode(0x18B)).hasToString("TPM_RC_HANDLE (handle 1), 0x18B");
    assertThat(new ResponseCode(0x98E)).hasToString("TPM_RC_AUTH_FAIL (session 1), 0x98E");
    assertThat(new ResponseCode(0xA22)).hasToString("TPM_RC_UNKNOWN, 0xA22");
    assertThat(new ResponseCode(0x2D2)).hasToString("TPM_RC_SCHEME (parameter 2), 0x2D2");
    assertThat(new ResponseCode(0x1BF)).hasToString("TPM_RC_UNKNOWN (handle 1), 0x1BF");
    assertThat(new ResponseCode(0x18B).isNoSuchHandle()).isTrue();
    assertThat(new ResponseCode(0x1CB).isNoSuchHandle()).isFalse();
    assertThat(new ResponseCode(0x10B).isNoSuchHandle()).isFalse();
    assertThat(new ResponseCode(0x922).mayRetry()).isTrue();
    assertThat(new ResponseCode(0x921).mayRetry()).isFalse();
  }

  @Test
  void asksAgainWhereTheTpmSaysSo() throws Exception {
    for (int code : new int[] {0x922, 0x908, 0x90A, 0x920}) {
      answer(0x8001, code, "");
    }
    answer(0x8001, 0, "000101");

    assertThat(device.random(1).hex()).isEqualTo("01");
    assertThat(transport.commands).hasSize(5);
  }

  @Test
  void refusesAnswersThatAreNone() {
    byte[] good = response(0x8001, 0, "0004deadbeef");
    for (int length = 0; length < good.length; length++) {
      malformed(Arrays.copyOf(good, length));
    }
    malformed(Arrays.copyOf(good, good.length + 1));
    malformed(response(0x8002, 0, "0004deadbeef"));
    malformed(response(0x8001, 0, "0005deadbeef"));
    malformed(response(0x8001, 0, "0003deadbeef"));
  }

  @Test
  void readsRegistersInAsManyPiecesAsTheTpmGivesThem() throws Exception {
    answer(0x8001, 0, "00000001" + "00000001000b03010000" + "00000001" + "0020" + "11".repeat(32));
    answer(0x8001, 0, "00000001" + "00000001000b03020000" + "00000001" + "0020" + "22".repeat(32));

    assertThat(device.readPcrs(new PcrSelection(TpmHash.SHA256, List.of(0, 1))).values())
        .extracting(Bytes::hex)
        .containsExactly("11".repeat(32), "22".repeat(32));
    answer(0x8001, 0, "00000001" + "00000001000b03000000" + "00000000");
    assertThat(device.readPcrs(new PcrSelection(TpmHash.SHA256, List.of(5)))).isEmpty();
    answer(0x8001, 0, "00000001" + "00000001000b03010000" + "00000000");
    assertThatThrownBy(() -> device.readPcrs(new PcrSelection(TpmHash.SHA256, List.of(0))))
        .isInstanceOf(TpmException.class);
  }

  @Test
  void readsAnIndexInChunksAndKnowsOneThatIsNotThere() throws Exception {
    String area = "000e" + "01c00002000b00000000" + "0000" + "0201";
    answer(0x8001, 0, area + "0000");
    answer(0x8002, 0, "00000202" + "0200" + "aa".repeat(512) + "0000010000");
    answer(0x8002, 0, "00000003" + "0001" + "bb" + "0000010000");
    assertThat(device.readNv(0x01C00002).orElseThrow().hex()).isEqualTo("aa".repeat(512) + "bb");

    answer(0x8001, 0x18B, "");
    assertThat(device.readNv(0x01C00002)).isEmpty();

    answer(0x8001, 0x149, "");
    assertThatThrownBy(() -> device.readNv(0x01C00002)).isInstanceOf(TpmException.class);

    answer(0x8001, 0, "000e" + "01c00002000b00000000" + "0000" + "2001" + "0000");
    assertThatThrownBy(() -> device.readNv(0x01C00002)).hasMessageContaining("8193 bytes");

    answer(0x8001, 0, area + "0000");
    answer(0x8002, 0, "00000003" + "0001" + "bb" + "0000010000");
    assertThatThrownBy(() -> device.readNv(0x01C00002)).hasMessageContaining("asked for 512");
  }

  @Test
  void saysThatATpmIsGone() {
    assertThatThrownBy(() -> device.random(1))
        .isInstanceOfSatisfying(
            TpmException.class,
            gone -> assertThat(gone.kind()).isEqualTo(TpmException.Kind.UNREACHABLE))
        .hasMessage("the TPM did not answer TPM2_GET_RANDOM: gone");
  }

  @Test
  void saysWhatToDoWhereThereIsNoTpm(@TempDir Path folder) {
    for (String location :
        List.of(folder + "/tpmrm0", "unix:" + folder + "/no.sock", "tcp:127.0.0.1", "tcp:x:y")) {
      assertThatThrownBy(() -> TpmDevice.open(location, PATIENCE))
          .isInstanceOfSatisfying(
              TpmException.class,
              absent -> assertThat(absent.kind()).isEqualTo(TpmException.Kind.UNREACHABLE))
          .message()
          .containsAnyOf(
              "enable the TPM in the firmware", "no swtpm answers", "is written tcp:HOST:PORT");
    }
  }

  /** A device file that is a plain one: a write is the command, what follows it the response. */
  @Test
  void writesWholeCommandsToADeviceAndReadsWholeResponses(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("tpmrm0");
    byte[] answer = response(0x8001, 0, "000201ff");
    Files.write(
        file, ByteBuffer.allocate(12 + answer.length).put(new byte[12]).put(answer).array());

    TpmDevice opened = TpmDevice.openDevice(file);
    assertThat(opened.random(2).hex()).isEqualTo("01ff");
    assertThatThrownBy(() -> opened.random(2)).hasMessageContaining("gave no response");
    opened.close();
    assertThatThrownBy(() -> opened.random(2)).hasRootCauseInstanceOf(ClosedChannelException.class);
  }

  @Test
  void waitsForASocketsAnswerNoLongerThanItsPatienceAndTakesNoneThatIsTooLarge(@TempDir Path folder)
      throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("tpm.sock"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SwtpmSocket socket = SwtpmSocket.open(address, PATIENCE);
          SocketChannel peer = server.accept()) {
        assertThatThrownBy(() -> socket.exchange(new byte[10]))
            .hasMessageContaining("did not answer within PT0.2S");
        for (String size : List.of("00001001", "00000009", "ffffffff")) {
          peer.write(ByteBuffer.wrap(Bytes.ofHex("8001" + size + "00000000").toArray()));
          assertThatThrownBy(() -> socket.exchange(new byte[10])).hasMessageContaining("announces");
        }
        peer.write(ByteBuffer.wrap(response(0x8001, 0, "0001")));
        assertThat(socket.exchange(new byte[10])).hasSize(12);
        peer.shutdownOutput();
        assertThatThrownBy(() -> socket.exchange(new byte[10])).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void givesUpOnATpmThatAlwaysAsksToBeAskedAgain() {
    for (int asked = 0; asked < 101; asked++) {
      answer(0x8001, 0x922, "");
    }

    assertThatThrownBy(() -> device.random(1)).hasMessageContaining("TPM_RC_RETRY");
    assertThat(transport.commands).hasSize(100);
  }

  @Test
  void readsAnIndexUpToTheLimit() throws Exception {
    answer(0x8001, 0, "000e" + "01c00002000b00000000" + "0000" + "2000" + "0000");
    for (int chunk = 0; chunk < 16; chunk++) {
      answer(0x8002, 0, "00000202" + "0200" + "aa".repeat(512) + "0000010000");
    }

    assertThat(device.readNv(1).orElseThrow().size()).isEqualTo(8192);
  }

  @Test
  void sendsNoCredentialThatIsLargerThanAnyATpmTakes() {
    Bytes largest = Bytes.copyOf(new byte[513]);
    Bytes small = Bytes.copyOf(new byte[1]);
    for (List<Bytes> parts : List.of(List.of(largest, small), List.of(small, largest))) {
      assertThatThrownBy(() -> device.activateCredential(1, 2, parts.get(0), parts.get(1)))
          .isInstanceOfSatisfying(
              TpmException.class,
              refused -> assertThat(refused.kind()).isEqualTo(TpmException.Kind.MALFORMED))
          .hasMessage(
              "no TPM takes a credential of 513 and 1 bytes"
                  .replace("513 and 1", parts.get(0).size() + " and " + parts.get(1).size()));
    }
    assertThat(transport.commands).isEmpty();
  }

  @Test
  void startsASwtpmUpAndFreesItsSlots(@TempDir Path folder) throws Exception {
    try (SwtpmPeer peer = new SwtpmPeer(folder.resolve("tpm.sock"))) {
      peer.plays(
          response(0x8001, 0, ""),
          response(0x8001, 0, "00" + "00000001" + "00000001" + "80000002"),
          response(0x8001, 0, ""),
          response(0x8001, 0, "0001aa"));
      try (TpmDevice opened = TpmDevice.open(peer.location(), Duration.ofSeconds(20))) {
        assertThat(opened.random(1).hex()).isEqualTo("aa");
      }

      assertThat(peer.commands())
          .extracting(command -> command.substring(12))
          .containsExactly(
              "00000144" + "0000",
              "0000017a" + "00000001" + "80000000" + "00000040",
              "00000165" + "80000002",
              "0000017b" + "0001");
      assertThat(peer.sawTheEnd()).isTrue();
    }
  }

  @Test
  void takesASwtpmThatSomebodyStartedUpAndLeavesOneThatFails(@TempDir Path folder)
      throws Exception {
    try (SwtpmPeer started = new SwtpmPeer(folder.resolve("a.sock"))) {
      started.plays(
          response(0x8001, 0x100, ""), response(0x8001, 0, "00" + "00000001" + "00000000"));
      TpmDevice.open(started.location(), Duration.ofSeconds(20)).close();
      assertThat(started.commands()).hasSize(2);
    }
    try (SwtpmPeer failing = new SwtpmPeer(folder.resolve("b.sock"))) {
      failing.plays(response(0x8001, 0x101, ""));
      assertThatThrownBy(() -> TpmDevice.open(failing.location(), Duration.ofSeconds(20)))
          .hasMessageContaining("TPM_RC_FAILURE");
      assertThat(failing.sawTheEnd()).isTrue();
    }
  }

  /** An answer comes in pieces, and a large one fills the socket before it is read. */
  @Test
  void readsAnAnswerOfAnySizeUpToTheLimitAsItComes(@TempDir Path folder) throws Exception {
    for (int content : new int[] {0, 1, 4096 - 12}) {
      try (SwtpmPeer peer = new SwtpmPeer(folder.resolve(content + ".sock"));
          SwtpmSocket socket = SwtpmSocket.open(peer.address(), Duration.ofSeconds(20))) {
        byte[] answer = response(0x8001, 0, "%04x".formatted(content) + "aa".repeat(content));
        peer.playsInPieces(answer);

        assertThat(socket.exchange(new byte[10])).isEqualTo(answer);
      }
    }
  }

  @Test
  void leavesATpmWithItsTransport() throws Exception {
    ScriptedTpm scripted = new ScriptedTpm();
    new TpmDevice(scripted).close();
    assertThat(scripted.closed).isTrue();
  }

  @Test
  void tellsADevicesPathFromASwtpmsAddress() throws Exception {
    assertThat(TpmLocation.swtpm("/dev/tpmrm0")).isEmpty();
    assertThat(TpmLocation.swtpm("unix:/run/tpm.sock"))
        .contains(UnixDomainSocketAddress.of("/run/tpm.sock"));
    assertThat(TpmLocation.swtpm("tcp:127.0.0.1:2321"))
        .contains(new InetSocketAddress(InetAddress.getLoopbackAddress(), 2321));
    for (String malformed :
        List.of("tcp:", "tcp:127.0.0.1", "tcp:127.0.0.1:x", "tcp:127.0.0.1:70000")) {
      assertThatThrownBy(() -> TpmLocation.swtpm(malformed))
          .hasMessage("a TPM at TCP is written tcp:HOST:PORT, not " + malformed);
    }
  }

  @Test
  @Tag("fuzz")
  void anyResponseIsReadOrRefusedByType() {
    Bytes good =
        Bytes.copyOf(
            response(
                0x8001,
                0,
                "00000001" + "00000001000b03010000" + "00000001" + "0020" + "11".repeat(32)));
    Fuzz.mutants(
        3,
        List.of(good),
        mutant -> {
          byte[] bytes = mutant.toArray();
          boolean again = bytes.length >= 10 && bytes[8] == 9;
          transport.responses.clear();
          transport.responses.add(bytes);
          try {
            return !again
                && !device.readPcrs(new PcrSelection(TpmHash.SHA256, List.of(0))).isEmpty();
          } catch (TpmException refused) {
            return false;
          }
        },
        mutant -> true);
  }

  private void malformed(byte[] response) {
    transport.responses.add(response);
    assertThatThrownBy(() -> device.random(4))
        .isInstanceOfSatisfying(
            TpmException.class,
            refused -> assertThat(refused.kind()).isEqualTo(TpmException.Kind.MALFORMED));
  }

  private void answer(int tag, int code, String parameters) {
    transport.responses.add(response(tag, code, parameters));
  }

  private static byte[] response(int tag, int code, String parameters) {
    byte[] content = Bytes.ofHex(parameters).toArray();
    return ByteBuffer.allocate(10 + content.length)
        .putShort((short) tag)
        .putInt(10 + content.length)
        .putInt(code)
        .put(content)
        .array();
  }
}
