package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  /** What any TPM reads in one go; the maximum is between 512 and 1024 (TPM_PT_NV_BUFFER_MAX). */
  private static final int NV_CHUNK_BYTES = 512;

  private static final int NV_LIMIT_BYTES = 8 * 1024;

  /** A secret under an RSA-4096 key; whoever sent more is no control plane of ours. */
  private static final int CREDENTIAL_LIMIT_BYTES = 512;

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
      for (int handle : device.perform(TpmCall.handles(TRANSIENT_FIRST))) {
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
      perform(TpmCall.startUp());
    } catch (TpmException refused) {
      if (refused.code().filter(code -> code.value() == INITIALIZED_ALREADY).isEmpty()) {
        throw refused;
      }
    }
  }

  /** Bytes of the TPM's random number generator. */
  public Bytes random(int bytes) throws TpmException {
    return perform(TpmCall.random(bytes));
  }

  /** A key in one of the TPM's slots; to be {@link #flush}ed. */
  public record LoadedKey(int handle, Bytes publicArea) {}

  /** Makes a primary key of the endorsement hierarchy; an RSA one can take a chip many seconds. */
  public LoadedKey createPrimary(KeyTemplate template) throws TpmException {
    return perform(TpmCall.createPrimary(template));
  }

  /** Frees a slot. */
  public void flush(int handle) throws TpmException {
    perform(TpmCall.flush(handle));
  }

  /** What registers hold now; those the TPM has no bank for are missing. */
  public SortedMap<Pcr, Bytes> readPcrs(PcrSelection selection) throws TpmException {
    SortedMap<Pcr, Bytes> values = new TreeMap<>();
    List<Integer> left = new ArrayList<>(selection.indexes());
    while (!left.isEmpty()) {
      SortedMap<Pcr, Bytes> some =
          perform(TpmCall.readPcrs(new PcrSelection(selection.bank(), left)));
      if (some.isEmpty()) {
        break;
      }
      values.putAll(some);
      some.keySet().forEach(pcr -> left.remove(Integer.valueOf(pcr.index())));
    }
    return values;
  }

  /** Extends a register by a digest of its bank. */
  public void extendPcr(Pcr pcr, Bytes digest) throws TpmException {
    if (digest.size() != pcr.bank().bytes()) {
      throw new IllegalArgumentException(pcr + " is extended by digests of " + pcr.bank());
    }
    perform(TpmCall.extendPcr(pcr, digest));
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
    return perform(TpmCall.quote(key, qualifyingData, selection));
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
    if (credentialBlob.size() > CREDENTIAL_LIMIT_BYTES
        || encryptedSecret.size() > CREDENTIAL_LIMIT_BYTES) {
      throw TpmException.malformed(
          "no TPM takes a credential of "
              + credentialBlob.size()
              + " and "
              + encryptedSecret.size()
              + " bytes");
    }
    int session = perform(TpmCall.startPolicySession());
    try {
      perform(TpmCall.policySecret(session));
      return perform(TpmCall.activateCredential(ak, ek, session, credentialBlob, encryptedSecret));
    } finally {
      // It would outlive the command: every session is asked to go on.
      flushQuietly(session);
    }
  }

  /** What an NV index holds; empty where nobody defined it. By the index' own right. */
  public Optional<Bytes> readNv(int index) throws TpmException {
    return readNvBy(index, index);
  }

  /**
   * As {@link #readNv}, by the owner's right, whose password is empty: for an index whose own right
   * is a secret.
   */
  public Optional<Bytes> readNvAsOwner(int index) throws TpmException {
    return readNvBy(TpmCall.OWNER, index);
  }

  private Optional<Bytes> readNvBy(int authority, int index) throws TpmException {
    int size;
    try {
      size = perform(TpmCall.nvSize(index));
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
      content.writeBytes(
          perform(TpmCall.nvRead(authority, index, content.size(), chunk)).toArray());
    }
    return Optional.of(Bytes.copyOf(content.toByteArray()));
  }

  private synchronized <T> T perform(TpmCall<T> call) throws TpmException {
    byte[] request = call.command().toBytes();
    for (int left = TRIES; ; left--) {
      try {
        return call.read(transport.exchange(request));
      } catch (IOException failed) {
        throw TpmException.unreachable(
            "the TPM did not answer " + call.command().code() + ": " + failed.getMessage(), failed);
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
