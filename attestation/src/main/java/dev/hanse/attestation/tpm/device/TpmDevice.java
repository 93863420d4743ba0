package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One TPM, and the commands this side needs of it. All blocks: virtual threads or {@code
 * executeBlocking}. Any thread; one command at a time.
 */
public final class TpmDevice implements AutoCloseable {
  /** The kernel's resource-managed device. */
  public static final String DEFAULT_LOCATION = "/dev/tpmrm0";

  private static final int ENDORSEMENT = 0x4000000B;
  private static final int NULL_HANDLE = 0x40000007;
  private static final int ALG_NULL = 0x0010;
  private static final int ATTEST_LIMIT_BYTES = 2048;

  /** What any TPM reads in one go; the maximum is between 512 and 1024 (TPM_PT_NV_BUFFER_MAX). */
  private static final int NV_CHUNK_BYTES = 512;

  private static final int NV_LIMIT_BYTES = 8 * 1024;
  private static final int TRANSIENT_FIRST = 0x80000000;
  private static final int INITIALIZED_ALREADY = 0x100;

  /** A TPM may ask for a command again at any time, and chips test themselves for a second. */
  private static final int TRIES = 100;

  private static final Duration RETRY_PAUSE = Duration.ofMillis(20);

  private final TpmTransport transport;

  TpmDevice(TpmTransport transport) {
    this.transport = transport;
  }

  /**
   * Opens a TPM.
   *
   * @param location a device's path, {@code unix:PATH} or {@code tcp:HOST:PORT} of a swtpm
   * @param patience for one answer of a swtpm; the kernel has its own for a device
   * @throws TpmException saying what to do, if it cannot be opened
   */
  public static TpmDevice open(String location, Duration patience) throws TpmException {
    Optional<SocketAddress> swtpm = TpmLocation.swtpm(location);
    return swtpm.isPresent() ? openSwtpm(swtpm.get(), patience) : openDevice(Path.of(location));
  }

  /** Opens a character device such as {@value #DEFAULT_LOCATION}. */
  public static TpmDevice openDevice(Path path) throws TpmException {
    return new TpmDevice(TpmLocation.open(path));
  }

  /**
   * Connects to a swtpm and starts it up if nobody has. It has no resource manager, so what an
   * earlier user left in its three slots is flushed: only one process may use it.
   */
  public static TpmDevice openSwtpm(SocketAddress address, Duration patience) throws TpmException {
    TpmDevice device = new TpmDevice(TpmLocation.open(address, patience));
    try {
      device.startUp();
      for (int handle : device.handles(TRANSIENT_FIRST)) {
        device.flush(handle);
      }
      return device;
    } catch (TpmException failed) {
      device.close();
      throw failed;
    }
  }

  private void startUp() throws TpmException {
    try {
      // TPM_SU_CLEAR.
      perform(new TpmCommand(TpmCommand.Code.STARTUP).u16(0), false, (handle, in) -> handle);
    } catch (TpmException refused) {
      if (refused.code().filter(code -> code.value() == INITIALIZED_ALREADY).isEmpty()) {
        throw refused;
      }
    }
  }

  /** Bytes of the TPM's random number generator. */
  public Bytes random(int bytes) throws TpmException {
    return perform(
        new TpmCommand(TpmCommand.Code.GET_RANDOM).u16(bytes),
        false,
        (handle, in) -> TpmResponse.sized(in, "random bytes"));
  }

  /** A key in one of the TPM's slots; to be {@link #flush}ed. */
  public record LoadedKey(int handle, Bytes publicArea) {}

  /** Makes a primary key of the endorsement hierarchy; an RSA one can take a chip many seconds. */
  public LoadedKey createPrimary(KeyTemplate template) throws TpmException {
    TpmCommand command =
        new TpmCommand(TpmCommand.Code.CREATE_PRIMARY)
            .passwordHandle(ENDORSEMENT)
            .sized(Bytes.copyOf(new byte[4]))
            .sized(template.publicArea())
            .u16(0)
            .u32(0);
    return perform(
        command,
        true,
        (handle, in) -> {
          Bytes publicArea = TpmResponse.sized(in, "public area");
          in.skip(in.u16Be("creation size"), "creation");
          in.skip(in.u16Be("creation hash size"), "creation hash");
          in.skip(2 + 4, "ticket");
          in.skip(in.u16Be("ticket digest size"), "ticket digest");
          in.skip(in.u16Be("name size"), "name");
          return new LoadedKey(handle, publicArea);
        });
  }

  /** Frees a slot. */
  public void flush(int handle) throws TpmException {
    perform(
        new TpmCommand(TpmCommand.Code.FLUSH_CONTEXT).u32(handle), false, (ignored, in) -> handle);
  }

  /** What registers hold now; those the TPM has no bank for are missing. */
  public SortedMap<Pcr, Bytes> readPcrs(PcrSelection selection) throws TpmException {
    SortedMap<Pcr, Bytes> values = new TreeMap<>();
    List<Integer> left = new ArrayList<>(selection.indexes());
    // A TPM gives at most eight at a time.
    while (!left.isEmpty()) {
      PcrSelection asked = new PcrSelection(selection.bank(), left);
      SortedMap<Pcr, Bytes> some =
          perform(
              select(new TpmCommand(TpmCommand.Code.PCR_READ), asked),
              false,
              (handle, in) -> pcrValues(in));
      some.keySet().retainAll(asked.pcrs());
      if (some.isEmpty()) {
        break;
      }
      values.putAll(some);
      some.keySet().forEach(pcr -> left.remove(Integer.valueOf(pcr.index())));
    }
    return values;
  }

  private static SortedMap<Pcr, Bytes> pcrValues(ByteReader in) throws Rejection {
    in.skip(4, "update counter");
    List<Pcr> which =
        PcrSelection.readAll(in).stream().flatMap(one -> one.pcrs().stream()).toList();
    long count = in.u32Be("digest count");
    Rejection.unless(
        count == which.size(),
        Stage.PARSE,
        Reason.LENGTH,
        count + " values of " + which.size() + " registers");
    SortedMap<Pcr, Bytes> values = new TreeMap<>();
    for (Pcr pcr : which) {
      values.put(pcr, TpmResponse.sized(in, "PCR value"));
    }
    return values;
  }

  /** Extends a register by a digest of its bank. */
  public void extendPcr(Pcr pcr, Bytes digest) throws TpmException {
    if (digest.size() != pcr.bank().bytes()) {
      throw new IllegalArgumentException(pcr + " is extended by digests of " + pcr.bank());
    }
    perform(
        new TpmCommand(TpmCommand.Code.PCR_EXTEND)
            .passwordHandle(pcr.index())
            .u32(1)
            .u16(pcr.bank().code())
            .raw(digest.toArray()),
        false,
        (handle, in) -> handle);
  }

  /**
   * A quote as it was signed.
   *
   * @param attest TPMS_ATTEST
   * @param signature TPMT_SIGNATURE
   */
  public record SignedQuote(Bytes attest, Bytes signature) {}

  /**
   * Quotes registers by the scheme the key is bound to.
   *
   * @param qualifyingData signed along; up to a digest of the largest hash the TPM has
   */
  public SignedQuote quote(int key, Bytes qualifyingData, PcrSelection selection)
      throws TpmException {
    TpmCommand command =
        select(
            new TpmCommand(TpmCommand.Code.QUOTE)
                .passwordHandle(key)
                .sized(qualifyingData)
                .u16(ALG_NULL),
            selection);
    return perform(
        command,
        false,
        (handle, in) -> {
          int size = in.u16Be("quote size");
          Rejection.unless(
              size <= ATTEST_LIMIT_BYTES, Stage.PARSE, Reason.LENGTH, "a quote of " + size);
          return new SignedQuote(in.bytes(size, "quote"), in.bytes(in.remaining(), "signature"));
        });
  }

  /**
   * Opens a credential: TPM2_ActivateCredential, by the endorsement key's policy.
   *
   * @param credentialBlob content of TPM2B_ID_OBJECT
   * @param encryptedSecret content of TPM2B_ENCRYPTED_SECRET
   * @return the secret, if the credential was made for this very pair of keys
   */
  public Bytes activateCredential(int ak, int ek, Bytes credentialBlob, Bytes encryptedSecret)
      throws TpmException {
    int session = startPolicySession();
    try {
      policySecret(session);
      return perform(
          new TpmCommand(TpmCommand.Code.ACTIVATE_CREDENTIAL)
              .passwordHandle(ak)
              .policyHandle(ek, session)
              .sized(credentialBlob)
              .sized(encryptedSecret),
          false,
          (handle, in) -> TpmResponse.sized(in, "secret"));
    } finally {
      // It would outlive the command: every session is asked to go on.
      flushQuietly(session);
    }
  }

  private int startPolicySession() throws TpmException {
    // Unsalted and unbound: it only carries the policy's digest.
    return perform(
        new TpmCommand(TpmCommand.Code.START_AUTH_SESSION)
            .handle(NULL_HANDLE)
            .handle(NULL_HANDLE)
            .sized(Bytes.copyOf(new byte[16]))
            .u16(0)
            .u8(1)
            .u16(ALG_NULL)
            .u16(TpmHash.SHA256.code()),
        true,
        (handle, in) -> {
          TpmResponse.sized(in, "nonce");
          return handle;
        });
  }

  private void policySecret(int session) throws TpmException {
    perform(
        new TpmCommand(TpmCommand.Code.POLICY_SECRET)
            .passwordHandle(ENDORSEMENT)
            .handle(session)
            .u16(0)
            .u16(0)
            .u16(0)
            .u32(0),
        false,
        (handle, in) -> {
          TpmResponse.sized(in, "timeout");
          in.skip(2 + 4, "ticket");
          return TpmResponse.sized(in, "ticket digest");
        });
  }

  /** What an NV index holds; empty where nobody defined it. */
  public Optional<Bytes> readNv(int index) throws TpmException {
    int size;
    try {
      size =
          perform(
              new TpmCommand(TpmCommand.Code.NV_READ_PUBLIC).handle(index),
              false,
              (handle, in) -> {
                ByteReader area = in.slice(in.u16Be("NV public size"), "NV public");
                area.skip(4 + 2 + 4, "NV index, hash and attributes");
                TpmResponse.sized(area, "NV policy");
                int content = area.u16Be("NV size");
                area.end("NV public");
                in.skip(in.u16Be("name size"), "name");
                return content;
              });
    } catch (TpmException refused) {
      if (refused.code().filter(ResponseCode::isNoSuchHandle).isPresent()) {
        return Optional.empty();
      }
      throw refused;
    }
    if (size > NV_LIMIT_BYTES) {
      throw TpmException.malformed("an NV index of " + size + " bytes is over " + NV_LIMIT_BYTES);
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (content.size() < size) {
      int chunk = Math.min(NV_CHUNK_BYTES, size - content.size());
      content.writeBytes(readNv(index, content.size(), chunk).toArray());
    }
    return Optional.of(Bytes.copyOf(content.toByteArray()));
  }

  private Bytes readNv(int index, int offset, int size) throws TpmException {
    Bytes chunk =
        perform(
            new TpmCommand(TpmCommand.Code.NV_READ)
                .passwordHandle(index)
                .handle(index)
                .u16(size)
                .u16(offset),
            false,
            (handle, in) -> TpmResponse.sized(in, "NV content"));
    if (chunk.size() != size) {
      throw TpmException.malformed("asked for " + size + " NV bytes, got " + chunk.size());
    }
    return chunk;
  }

  /** Handles in use, from one on, of its kind. */
  private Collection<Integer> handles(int first) throws TpmException {
    // TPM_CAP_HANDLES.
    return perform(
        new TpmCommand(TpmCommand.Code.GET_CAPABILITY).u32(1).u32(first).u32(64),
        false,
        (handle, in) -> {
          in.skip(1 + 4, "more data and capability");
          long count = in.u32Be("handle count");
          Rejection.unless(count <= 64, Stage.PARSE, Reason.LENGTH, count + " handles");
          List<Integer> handles = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            handles.add((int) in.u32Be("handle"));
          }
          return handles;
        });
  }

  private static TpmCommand select(TpmCommand command, PcrSelection selection) {
    byte[] bitmap = new byte[(Pcr.LAST + 1) / Byte.SIZE];
    selection
        .indexes()
        .forEach(index -> bitmap[index / Byte.SIZE] |= (byte) (1 << index % Byte.SIZE));
    return command.u32(1).u16(selection.bank().code()).u8(bitmap.length).raw(bitmap);
  }

  private synchronized <T> T perform(TpmCommand command, boolean handled, TpmResponse.Body<T> body)
      throws TpmException {
    byte[] request = command.toBytes();
    for (int left = TRIES; ; left--) {
      try {
        return TpmResponse.read(transport.exchange(request), command, handled, body);
      } catch (IOException failed) {
        throw TpmException.unreachable(
            "the TPM did not answer " + command.code() + ": " + failed.getMessage(), failed);
      } catch (TpmException refused) {
        if (left == 1 || refused.code().filter(ResponseCode::mayRetry).isEmpty()) {
          throw refused;
        }
      }
      LockSupport.parkNanos(RETRY_PAUSE.toNanos());
    }
  }

  void flushQuietly(int handle) {
    try {
      flush(handle);
    } catch (TpmException alreadyFailing) {
      // What went wrong before is what its caller is told; the slot is freed on the next open.
    }
  }

  /** Leaves the TPM; a device's slots are freed by the kernel. */
  @Override
  public void close() throws TpmException {
    try {
      transport.close();
    } catch (IOException failed) {
      throw TpmException.unreachable("the TPM cannot be left: " + failed.getMessage(), failed);
    }
  }
}
