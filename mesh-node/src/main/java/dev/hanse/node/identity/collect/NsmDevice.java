package dev.hanse.node.identity.collect;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The Nitro security module's device: one {@code ioctl} with two buffers, by {@code
 * java.lang.foreign} on the C library the JVM runs on; no native code of ours. Linux, 64-bit.
 * Blocking.
 *
 * <p>The request number is {@code _IOWR(0x0A, 0, struct nsm_message)} of {@code linux/nsm.h}, whose
 * structure is two {@code iovec}s, 32 bytes.
 */
@SuppressWarnings("restricted") // Three C functions of fixed signature; the buffers outlive them.
final class NsmDevice {
  private static final long NSM_RAW = 0xC020_0A00L;

  /** O_RDWR and O_CLOEXEC: no program that this process starts is to have it. */
  private static final int READ_WRITE = 0x80002;

  private static final int NO_PERMISSION = 1;
  private static final int NO_ACCESS = 13;
  private static final int NOT_A_MODULE = 25;
  private static final int TIMED_OUT = 110;

  /** NSM_RESPONSE_MAX_SIZE of the same header. */
  private static final int RESPONSE_BYTES = 0x3000;

  private static final int MESSAGE_BYTES = 32;
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();

  private final Path device;

  NsmDevice(Path device) {
    this.device = device;
  }

  byte[] ask(byte[] request) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int file =
          (int)
              function("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT)
                  .invokeExact(errno, arena.allocateFrom(device.toString()), READ_WRITE);
      if (file < 0) {
        throw new IOException(
            device
                + " cannot be opened (errno "
                + code(errno)
                + "): the node's user needs read and write access to it");
      }
      try {
        return exchange(arena, errno, file, request);
      } finally {
        int closed =
            (int)
                Linker.nativeLinker()
                    .downcallHandle(
                        address("close"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(file);
        assert closed == 0;
      }
    } catch (IOException | RuntimeException | Error failed) {
      throw failed;
    } catch (Throwable impossible) {
      // A method handle declares it; the C functions throw nothing.
      throw new IOException(device + " could not be asked", impossible);
    }
  }

  private byte[] exchange(Arena arena, MemorySegment errno, int file, byte[] request)
      throws Throwable {
    MemorySegment asked = arena.allocate(request.length);
    asked.copyFrom(MemorySegment.ofArray(request));
    MemorySegment answered = arena.allocate(RESPONSE_BYTES);
    MemorySegment message = arena.allocate(MESSAGE_BYTES, Long.BYTES);
    message.set(ValueLayout.ADDRESS, 0, asked);
    message.set(ValueLayout.JAVA_LONG, 8, request.length);
    message.set(ValueLayout.ADDRESS, 16, answered);
    message.set(ValueLayout.JAVA_LONG, 24, RESPONSE_BYTES);
    int done =
        (int)
            Linker.nativeLinker()
                .downcallHandle(
                    address("ioctl"),
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS),
                    Linker.Option.captureCallState("errno"),
                    Linker.Option.firstVariadicArg(2))
                .invokeExact(errno, file, NSM_RAW, message);
    if (done != 0) {
      throw new IOException(device + " refused to answer (errno " + advice(code(errno)));
    }
    long size = message.get(ValueLayout.JAVA_LONG, 24);
    if (size < 0 || size > RESPONSE_BYTES) {
      throw new IOException(device + " tells of an answer of " + size + " bytes");
    }
    return answered.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
  }

  private static String advice(int code) {
    return switch (code) {
      case NO_PERMISSION, NO_ACCESS ->
          code
              + "): the node's process may not; linux/nsm.h names CAP_SYS_ADMIN as the right for it";
      case NOT_A_MODULE -> code + "): that is no Nitro security module's device";
      case TIMED_OUT -> code + "): the module does not answer; the enclave has to be started anew";
      default -> code + ")";
    };
  }

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            address(name),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(arguments.length));
  }

  private static MemorySegment address(String name) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    return libc.find(name)
        .orElseThrow(() -> new IllegalStateException("this C library has no " + name));
  }

  private static int code(MemorySegment errno) {
    VarHandle field = ERRNO.varHandle(PathElement.groupElement("errno"));
    return (int) field.get(errno, 0L);
  }
}
