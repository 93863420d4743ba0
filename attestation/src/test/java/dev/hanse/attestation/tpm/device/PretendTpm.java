package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A TPM that keeps indexes for its owner, has registers and gives a quote it was told; everything
 * else it refuses. It counts who opens and closes it.
 */
public final class PretendTpm {
  /** TPM2_NV_ReadPublic, TPM2_NV_Read, TPM2_Quote and TPM2_PCR_Read: for {@link #refusals}. */
  public static final int NV_READ_PUBLIC = 0x169;

  public static final int NV_READ = 0x14E;
  public static final int QUOTE = 0x158;
  public static final int PCR_READ = 0x17E;

  private static final int OWNER = 0x40000001;
  private static final int HANDLE_UNKNOWN = 0x18B;
  private static final int BAD_AUTH = 0x9A2;
  private static final int COMMAND_CODE = 0x143;
  private static final int HEADER_BYTES = 10;

  /** Before the parameters of a command with one password session: its area of 4 + 9 bytes. */
  private static final int SESSION_BYTES = 13;

  private static final Bytes NOTHING = Bytes.copyOf(new byte[0]);

  /** What indexes hold. */
  public final Map<Integer, Bytes> indexes = new HashMap<>();

  /** What commands are answered with instead. */
  public final Map<Integer, Integer> refusals = new HashMap<>();

  /** What a quote is answered with. */
  public Bytes attest = Bytes.copyOf(new byte[] {(byte) 0xFF, 'T', 'C', 'G'});

  public Bytes signature = Bytes.copyOf(new byte[] {0, 0x14, 0, 0xB, 0, 1, 7});

  /** How many of the next readings of registers find another value than the one before. */
  public int changes;

  /** Of the last quote. */
  public int key;

  public Optional<Bytes> qualifyingData = Optional.empty();
  public int opened;
  public int closed;

  private int generation;
  private int quotes;

  /** Opens it. */
  public TpmDevice open() {
    opened++;
    return new TpmDevice(
        new TpmTransport() {
          @Override
          public byte[] exchange(byte[] command) throws IOException {
            return answer(ByteBuffer.wrap(command));
          }

          @Override
          public void close() {
            closed++;
          }
        });
  }

  /** How many quotes it gave. */
  public int quotes() {
    return quotes;
  }

  private byte[] answer(ByteBuffer command) {
    int code = command.getInt(6);
    if (refusals.containsKey(code)) {
      return refused(refusals.get(code));
    }
    command.position(HEADER_BYTES);
    return switch (code) {
      case NV_READ_PUBLIC -> area(command.getInt());
      case NV_READ -> content(command);
      case PCR_READ -> registers(command);
      case QUOTE -> quote(command);
      default -> refused(COMMAND_CODE);
    };
  }

  private byte[] area(int index) {
    Bytes content = indexes.get(index);
    if (content == null) {
      return refused(HANDLE_UNKNOWN);
    }
    return response(
        TpmCommand.TAG_PLAIN,
        ByteBuffer.allocate(18)
            .putShort((short) 14)
            .putInt(index)
            .putShort((short) 0xB)
            .putInt(0x22060006)
            .putShort((short) 0)
            .putShort((short) content.size())
            .putShort((short) 0)
            .array());
  }

  /** By the owner's right alone: the index' own has a password nobody here knows. */
  private byte[] content(ByteBuffer command) {
    int authority = command.getInt();
    byte[] all = indexes.getOrDefault(command.getInt(), NOTHING).toArray();
    command.position(command.position() + SESSION_BYTES);
    int size = command.getShort();
    int offset = command.getShort();
    if (authority != OWNER) {
      return refused(BAD_AUTH);
    }
    return authorised(
        ByteBuffer.allocate(2 + size)
            .putShort((short) size)
            .put(Arrays.copyOfRange(all, offset, offset + size))
            .array());
  }

  /** Eight of those asked for, each holding its index and how often registers have changed. */
  private byte[] registers(ByteBuffer command) {
    command.position(HEADER_BYTES + 4 + 2 + 1);
    byte[] asked = new byte[3];
    command.get(asked);
    if (changes > 0) {
      changes--;
      generation++;
    }
    byte[] given = new byte[3];
    ByteBuffer values = ByteBuffer.allocate(8 * 34);
    int count = 0;
    for (int index = 0; index < 24 && count < 8; index++) {
      if ((asked[index / 8] & 1 << index % 8) != 0) {
        given[index / 8] |= (byte) (1 << index % 8);
        values.putShort((short) 32).put(value(index).toArray());
        count++;
      }
    }
    return response(
        TpmCommand.TAG_PLAIN,
        ByteBuffer.allocate(4 + 4 + 2 + 1 + 3 + 4 + values.position())
            .putInt(0)
            .putInt(1)
            .putShort((short) 0xB)
            .put((byte) 3)
            .put(given)
            .putInt(count)
            .put(values.array(), 0, values.position())
            .array());
  }

  /** What a register holds now. */
  public Bytes value(int index) {
    return Bytes.copyOf(new byte[] {(byte) index, (byte) generation}).sha256();
  }

  private byte[] quote(ByteBuffer command) {
    quotes++;
    key = command.getInt();
    command.position(command.position() + SESSION_BYTES);
    byte[] data = new byte[command.getShort()];
    command.get(data);
    qualifyingData = Optional.of(Bytes.copyOf(data));
    return authorised(
        ByteBuffer.allocate(2 + attest.size() + signature.size())
            .putShort((short) attest.size())
            .put(attest.toArray())
            .put(signature.toArray())
            .array());
  }

  private static byte[] authorised(byte[] parameters) {
    return response(
        TpmCommand.TAG_SESSIONS,
        ByteBuffer.allocate(4 + parameters.length + 5)
            .putInt(parameters.length)
            .put(parameters)
            .put(new byte[] {0, 0, 1, 0, 0})
            .array());
  }

  private static byte[] refused(int code) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .putShort((short) TpmCommand.TAG_PLAIN)
        .putInt(HEADER_BYTES)
        .putInt(code)
        .array();
  }

  private static byte[] response(int tag, byte[] content) {
    return ByteBuffer.allocate(HEADER_BYTES + content.length)
        .putShort((short) tag)
        .putInt(HEADER_BYTES + content.length)
        .putInt(0)
        .put(content)
        .array();
  }
}
