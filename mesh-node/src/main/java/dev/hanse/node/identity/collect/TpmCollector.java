package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.tpm.device.TpmAttester;
import dev.hanse.attestation.tpm.device.TpmDevice;
import dev.hanse.attestation.tpm.device.TpmException;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TPM's quote over the registers of measured boot, with the kernel's event log where it is to be
 * sent. Its keys are made when it is first asked and live in the TPM until {@link #close}; a TPM
 * that failed is opened anew. Blocking; any thread, one at a time.
 */
public final class TpmCollector implements EvidenceCollector, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String location;
  private final EventLogFile eventLog;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<TpmAttester> open = Optional.empty();

  /**
   * Collects from a TPM.
   *
   * @param location a device's path, or {@code unix:PATH} or {@code tcp:HOST:PORT} of a swtpm
   * @param eventLog the kernel's, for example {@code
   *     /sys/kernel/security/tpm0/binary_bios_measurements}
   */
  public TpmCollector(String location, Optional<Path> eventLog) {
    this.location = location;
    this.eventLog = new EventLogFile(eventLog);
  }

  /** Something asked of the TPM. */
  private interface Question<T> {
    T ask(TpmAttester tpm) throws TpmException, IOException;
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    return List.of(
        this.<Evidence>asked(
            tpm -> tpm.quote(reportData.sha256(), MeasuredBoot.REGISTERS, eventLog.read())));
  }

  @Override
  public Optional<TpmIdentity> tpm() throws IOException {
    return Optional.of(
        this.<TpmIdentity>asked(tpm ->
            new TpmIdentity(
                tpm.ekPublic(),
                tpm.ekCertificate().orElse(Bytes.copyOf(new byte[0])),
                List.of(),
                tpm.akPublic())));
  }

  @Override
  public Bytes activate(Bytes credentialBlob, Bytes encryptedSecret) throws IOException {
    return asked(tpm -> tpm.activate(credentialBlob, encryptedSecret));
  }

  private <T> T asked(Question<T> question) throws IOException {
    lock.lock();
    try {
      TpmAttester tpm = open.isPresent() ? open.get() : TpmAttester.open(opened());
      open = Optional.of(tpm);
      return question.ask(tpm);
    } catch (TpmException failed) {
      abandon();
      throw new IOException(failed.getMessage(), failed);
    } finally {
      lock.unlock();
    }
  }

  private TpmDevice opened() throws TpmException {
    return TpmDevice.open(location, PATIENCE);
  }

  private void abandon() {
    try {
      if (open.isPresent()) {
        open.get().close();
      }
    } catch (TpmException gone) {
      // It failed already: there is nothing left to give back.
    } finally {
      open = Optional.empty();
    }
  }

  @Override
  public void close() {
    release();
  }

  /** Gives the TPM back to whoever else needs it; it is opened again when next asked. */
  public void release() {
    lock.lock();
    try {
      abandon();
    } finally {
      lock.unlock();
    }
  }
}
