package dev.hanse.attestation.tpm.device;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where a TPM is, as operators write it, and what to do where it is not. */
final class TpmLocation {
  private static final String UNIX = "unix:";
  private static final String TCP = "tcp:";

  private TpmLocation() {}

  /** The address of a swtpm; empty where a location is a device's path. */
  static Optional<SocketAddress> swtpm(String location) throws TpmException {
    if (location.startsWith(UNIX)) {
      return Optional.of(UnixDomainSocketAddress.of(location.substring(UNIX.length())));
    }
    if (!location.startsWith(TCP)) {
      return Optional.empty();
    }
    try {
      int colon = location.lastIndexOf(':');
      return Optional.of(
          new InetSocketAddress(
              location.substring(TCP.length(), Math.max(TCP.length(), colon)),
              Integer.parseInt(location.substring(colon + 1))));
    } catch (IllegalArgumentException malformed) {
      throw TpmException.unreachable(
          "a TPM at TCP is written tcp:HOST:PORT, not " + location, malformed);
    }
  }

  /** Opens a character device. */
  static TpmTransport open(Path path) throws TpmException {
    try {
      return DeviceFile.open(path);
    } catch (NoSuchFileException absent) {
      throw TpmException.unreachable(
          "there is no " + path + ": enable the TPM in the firmware, or name a swtpm's socket",
          absent);
    } catch (AccessDeniedException denied) {
      throw TpmException.unreachable(
          path + " may not be opened: add this process's user to the group tss", denied);
    } catch (IOException failed) {
      throw TpmException.unreachable(path + " cannot be opened: " + failed.getMessage(), failed);
    }
  }

  /** Connects to a swtpm. */
  static TpmTransport open(SocketAddress address, Duration patience) throws TpmException {
    try {
      return SwtpmSocket.open(address, patience);
    } catch (IOException failed) {
      throw TpmException.unreachable(
          "no swtpm answers at " + address + ": " + failed.getMessage(), failed);
    }
  }
}
