package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmPublic;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Does to a software TPM what Azure's paravisor does to its virtual one before a guest starts: it
 * makes the attestation key and keeps it at a handle, and puts a report into an index which the
 * guest may read by the owner's right, the index' own being a secret. These commands are no node's
 * to send, so they are spelled out here.
 */
public final class PretendParavisor {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OWNER = 0x40000001;
  private static final int KEY = 0x81000003;
  private static final int INDEX = 0x01400001;
  private static final int CHUNK_BYTES = 512;

  /** OWNERWRITE, AUTHWRITE, OWNERREAD, AUTHREAD, NO_DA. */
  private static final int ATTRIBUTES = 0x02060006;

  private final Swtpm tpm;

  public PretendParavisor(Swtpm tpm) {
    this.tpm = tpm;
  }

  /** Makes the key, RSA and bound to RSASSA with SHA-256, and returns its modulus. */
  public BigInteger makeKey() throws Exception {
    // Opened once as a device, so that it has been started up.
    tpm.open().close();
    try (TpmTransport transport = transport()) {
      TpmDevice device = new TpmDevice(transport);
      TpmDevice.LoadedKey key = device.createPrimary(KeyTemplate.AK_RSASSA);
      send(transport, 0x120, new int[] {OWNER, key.handle()}, number(KEY));
      device.flush(key.handle());
      return ((TpmKey.Rsa) TpmPublic.read(key.publicArea()).key()).modulus();
    }
  }

  /** Makes room for a report. */
  public void defineIndex(int bytes) throws Exception {
    byte[] secret = Bytes.copyOf(new byte[] {7}).sha256().toArray();
    ByteBuffer parameters =
        ByteBuffer.allocate(2 + secret.length + 2 + 14)
            .putShort((short) secret.length)
            .put(secret)
            .putShort((short) 14)
            .putInt(INDEX)
            .putShort((short) 0xB)
            .putInt(ATTRIBUTES)
            .putShort((short) 0)
            .putShort((short) bytes);
    try (TpmTransport transport = transport()) {
      send(transport, 0x12A, new int[] {OWNER}, parameters.array());
    }
  }

  /** Writes a report of the index' size. */
  public void writeReport(Bytes report) throws Exception {
    byte[] content = report.toArray();
    try (TpmTransport transport = transport()) {
      for (int at = 0; at < content.length; at += CHUNK_BYTES) {
        byte[] chunk = Arrays.copyOfRange(content, at, Math.min(content.length, at + CHUNK_BYTES));
        send(
            transport,
            0x137,
            new int[] {OWNER, INDEX},
            ByteBuffer.allocate(2 + chunk.length + 2)
                .putShort((short) chunk.length)
                .put(chunk)
                .putShort((short) at)
                .array());
      }
    }
  }

  private TpmTransport transport() throws Exception {
    return TpmLocation.open(TpmLocation.swtpm(tpm.location()).orElseThrow(), PATIENCE);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** A command by the first handle's right, its password empty. */
  private static void send(TpmTransport transport, int code, int[] handles, byte[] parameters)
      throws IOException {
    int size = 10 + 4 * handles.length + 13 + parameters.length;
    ByteBuffer out = ByteBuffer.allocate(size).putShort((short) TpmCommand.TAG_SESSIONS);
    out.putInt(size).putInt(code);
    for (int handle : handles) {
      out.putInt(handle);
    }
    out.putInt(9).putInt(0x40000009).putShort((short) 0).put((byte) 0).putShort((short) 0);
    byte[] response = transport.exchange(out.put(parameters).array());
    int answer = ByteBuffer.wrap(response).getInt(6);
    if (answer != 0) {
      throw new IOException("the software TPM refused: " + new ResponseCode(answer));
    }
  }
}
