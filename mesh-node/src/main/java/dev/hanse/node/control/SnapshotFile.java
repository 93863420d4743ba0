package dev.hanse.node.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;
import dev.hanse.api.wire.ViewWire;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The last good view in a file: four bytes of CRC-32C, then the snapshot's message. Replaced whole
 * by renaming; readable to its owner only, for it holds hashes of client keys.
 *
 * @param region what a view must be of to be taken
 */
public record SnapshotFile(Path file, RegionId region) implements SnapshotStore {
  private static final Logger LOG = System.getLogger(SnapshotFile.class.getName());

  @Override
  public Optional<Snapshot> load() {
    try {
      if (Files.size(file) > ControlChannel.MAX_MESSAGE_BYTES) {
        return ignored("it is too large");
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      if (bytes.remaining() < Integer.BYTES || bytes.getInt() != checksum(bytes.slice())) {
        return ignored("its checksum is wrong");
      }
      Snapshot snapshot = ViewWire.fromProto(dev.hanse.api.control.v1.Snapshot.parseFrom(bytes));
      return snapshot.region().equals(region)
          ? Optional.of(snapshot)
          : ignored("it is of region " + snapshot.region());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      return ignored(String.valueOf(malformed.getMessage()));
    } catch (IOException unreadable) {
      return ignored("it cannot be read");
    }
  }

  private Optional<Snapshot> ignored(String reason) {
    LOG.log(Level.WARNING, "last view ignored, file={0}: {1}", file, reason);
    return Optional.empty();
  }

  @Override
  public void save(Snapshot snapshot) {
    byte[] message = ViewWire.toProto(snapshot).toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + message.length);
    bytes.putInt(checksum(ByteBuffer.wrap(message))).put(message);
    Path written = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(written);
      Files.createFile(
          written,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(written, bytes.array());
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "last view not saved, file={0}: {1}", file, failed.toString());
    }
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
