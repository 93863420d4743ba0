package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory that behaves as configfs-tsm does: a directory made in it has the
 * attributes, each write counts, and the report is "signed:" and what was asked.
 */
final class PretendKernel implements Configfs {
  final Path reports;
  final List<String> written = new ArrayList<>();
  String provider = "sev_guest";
  byte[] certificates = new byte[0];
  int strangersWrites;
  String failure = "";

  PretendKernel(Path reports) {
    this.reports = reports;
  }

  @Override
  public void make(Path entry) throws IOException {
    KERNEL.make(entry);
    Files.writeString(entry.resolve("provider"), provider + "\n");
    Files.writeString(entry.resolve("generation"), "0\n");
    Files.write(entry.resolve("inblob"), new byte[0]);
    Files.write(entry.resolve("privlevel"), new byte[0]);
    Files.write(entry.resolve("auxblob"), certificates);
  }

  @Override
  public void write(Path attribute, byte[] content) throws IOException {
    KERNEL.write(attribute, content);
    written.add(attribute.getFileName().toString());
    count(attribute);
    if (attribute.endsWith("inblob")) {
      Files.writeString(
          attribute.resolveSibling("outblob"),
          "signed:" + HexFormat.of().formatHex(content),
          StandardCharsets.US_ASCII);
    }
  }

  private static void count(Path attribute) throws IOException {
    Path generation = attribute.resolveSibling("generation");
    long before = Long.parseLong(Files.readString(generation).strip());
    Files.writeString(generation, (before + 1) + "\n");
  }

  @Override
  public Bytes read(Path attribute, int limitBytes) throws IOException {
    if (attribute.endsWith("outblob")) {
      if (!failure.isEmpty()) {
        throw new FileSystemException(attribute.toString(), null, failure);
      }
      if (strangersWrites > 0) {
        strangersWrites--;
        count(attribute);
      }
    }
    return KERNEL.read(attribute, limitBytes);
  }

  @Override
  public void remove(Path entry) throws IOException {
    try (Stream<Path> attributes = Files.list(entry)) {
      for (Path attribute : attributes.toList()) {
        Files.delete(attribute);
      }
    }
    KERNEL.remove(entry);
  }

  /** A TDX domain's log of one event, in memory with so much room behind it. */
  static byte[] ccel(int room) {
    ByteBuffer log = ByteBuffer.allocate(65 + 66 + room).order(ByteOrder.LITTLE_ENDIAN);
    log.putInt(1).putInt(3).put(new byte[20]).putInt(33);
    log.put("Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII)).putInt(0).putInt(0);
    log.putInt(1).putShort((short) 0x0C).putShort((short) 48).put((byte) 0);
    log.putInt(1).putInt(0xD).putInt(1).putShort((short) 0x0C).put(new byte[48]).putInt(0);
    Arrays.fill(log.array(), log.position(), log.capacity(), (byte) 0xFF);
    return log.array();
  }

  /** A host's table of one certificate each. */
  static byte[] table(List<String> guids, List<String> contents) {
    int header = (guids.size() + 1) * 24;
    ByteBuffer entries = ByteBuffer.allocate(header).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream bodies = new ByteArrayOutputStream();
    for (int at = 0; at < guids.size(); at++) {
      byte[] body = contents.get(at).getBytes(StandardCharsets.US_ASCII);
      entries.put(HexFormat.of().parseHex(guids.get(at).replace("-", "")));
      entries.putInt(header + bodies.size()).putInt(body.length);
      bodies.writeBytes(body);
    }
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    table.writeBytes(entries.array());
    table.writeBytes(bodies.toByteArray());
    return table.toByteArray();
  }
}
