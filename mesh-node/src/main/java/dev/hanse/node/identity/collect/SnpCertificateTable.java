package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The certificate table a host hands to an SNP guest (AMD 56421, "Guest-Host Communication Block",
 * MSG_REPORT_REQ extended): entries of 24 bytes, a GUID and where its certificate lies, ended by a
 * GUID of zeros. Written by the host, so nothing in it is believed: the verifier judges.
 */
final class SnpCertificateTable {
  private static final int ENTRY_BYTES = 24;
  private static final int MOST_ENTRIES = 16;
  private static final UUID END = new UUID(0, 0);
  private static final UUID VCEK = UUID.fromString("63da758d-e664-4564-adc5-f4b93be8accd");
  private static final UUID VLEK = UUID.fromString("a8074bc2-a25a-483e-aae6-39c045a0b8a1");
  private static final UUID ASK = UUID.fromString("4ab7b379-bbac-4fe4-a02f-05aef327c782");

  private SnpCertificateTable() {}

  /**
   * The leaf and its intermediate, as far as they are there; anchors and lists stay out.
   *
   * @throws IOException if the table breaks its own bounds
   */
  static List<Bytes> certificates(byte[] table) throws IOException {
    Map<UUID, Bytes> found = new HashMap<>();
    for (int at = 0; table.length > 0; at++) {
      int entry = at * ENTRY_BYTES;
      if (at > MOST_ENTRIES || entry + ENTRY_BYTES > table.length) {
        throw new IOException("the host's certificate table does not end");
      }
      ByteBuffer in = ByteBuffer.wrap(table, entry, ENTRY_BYTES);
      UUID guid = new UUID(in.getLong(), in.getLong());
      if (guid.equals(END)) {
        break;
      }
      in.order(ByteOrder.LITTLE_ENDIAN);
      long offset = Integer.toUnsignedLong(in.getInt());
      long length = Integer.toUnsignedLong(in.getInt());
      if (length == 0 || offset + length > table.length) {
        throw new IOException("the host's certificate table points outside of itself");
      }
      found.put(
          guid, Bytes.copyOf(Arrays.copyOfRange(table, (int) offset, (int) (offset + length))));
    }
    return Stream.of(VCEK, VLEK, ASK).map(found::get).filter(Objects::nonNull).toList();
  }
}
