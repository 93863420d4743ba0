package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Answers as it was told, one response a command, and is gone once it has none left. */
final class ScriptedTpm implements TpmTransport {
  final Deque<byte[]> responses = new ArrayDeque<>();
  final List<String> commands = new ArrayList<>();
  boolean closed;

  /** A response without sessions. */
  ScriptedTpm answer(String parameters) {
    return answer(0x8001, 0, parameters);
  }

  /** One to a command with an authorisation: parameters, then one empty session. */
  ScriptedTpm authorised(String handle, String parameters) {
    String size = "%08x".formatted(parameters.length() / 2);
    return answer(0x8002, 0, handle + size + parameters + "0000010000");
  }

  ScriptedTpm refuse(int code) {
    return answer(0x8001, code, "");
  }

  ScriptedTpm answer(int tag, int code, String parameters) {
    responses.add(response(tag, code, parameters));
    return this;
  }

  static byte[] response(int tag, int code, String parameters) {
    byte[] content = Bytes.ofHex(parameters).toArray();
    return ByteBuffer.allocate(10 + content.length)
        .putShort((short) tag)
        .putInt(10 + content.length)
        .putInt(code)
        .put(content)
        .array();
  }

  /** The codes of the commands that came, in order. */
  List<String> codes() {
    return commands.stream().map(command -> command.substring(12, 20)).toList();
  }

  @Override
  public byte[] exchange(byte[] command) throws IOException {
    commands.add(Bytes.copyOf(command).hex());
    if (responses.isEmpty()) {
      throw new IOException("gone");
    }
    return responses.removeFirst();
  }

  @Override
  public void close() {
    closed = true;
  }
}
