package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.azure.AzureEvidence;
import dev.hanse.attestation.tpm.device.RegisterQuote;
import dev.hanse.attestation.tpm.device.TpmDevice;
import dev.hanse.attestation.tpm.device.TpmException;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Evidence of one of Azure's confidential virtual machines, on SEV-SNP or TDX: which it is, its
 * report says.
 *
 * <p>The paravisor left the TEE's report in an index of the virtual TPM, which the owner may read,
 * and the attestation key at a handle; that key quotes the registers over the report data. For
 * SEV-SNP the chip's certificates come along, for TDX a quote of the report: both from the metadata
 * service. No credential activation is asked for: the report vouches for the key. The TPM is opened
 * for each collection and closed after it. Blocking; any thread, one at a time.
 */
public final class AzureCollector implements EvidenceCollector {
  /** Where the metadata service is. */
  public static final URI METADATA = AzureMetadata.AZURE;

  /** Where the paravisor keeps the HCL report. */
  static final int REPORT_INDEX = 0x01400001;

  /** Where the paravisor keeps the attestation key. */
  static final int KEY = 0x81000003;

  private static final Duration TPM_PATIENCE = Duration.ofSeconds(10);
  private static final Duration METADATA_PATIENCE = Duration.ofSeconds(10);
  private static final int CERTIFICATES_LIMIT_BYTES = 64 * 1024;
  private static final Bytes NONE = Bytes.copyOf(new byte[0]);

  private final Opener opener;
  private final EventLogFile eventLog;
  private final AzureMetadata metadata;
  private final Optional<Path> certificates;
  private final ReentrantLock lock = new ReentrantLock();

  /** Opens the virtual TPM. */
  @FunctionalInterface
  interface Opener {
    TpmDevice open() throws TpmException;
  }

  /**
   * Collects from this machine.
   *
   * @param tpm a device's path, or {@code unix:PATH} or {@code tcp:HOST:PORT} of a swtpm
   * @param eventLog the kernel's, if it is to be judged
   * @param metadata {@link #METADATA}, or what stands in for it
   * @param certificates VCEK, ASK and ARK in PEM, in place of those of the metadata service; for
   *     SEV-SNP
   */
  public AzureCollector(
      String tpm, Optional<Path> eventLog, URI metadata, Optional<Path> certificates) {
    this(
        () -> TpmDevice.open(tpm, TPM_PATIENCE),
        eventLog,
        new AzureMetadata(metadata, METADATA_PATIENCE),
        certificates);
  }

  AzureCollector(
      Opener opener, Optional<Path> eventLog, AzureMetadata metadata, Optional<Path> certificates) {
    this.opener = opener;
    this.eventLog = new EventLogFile(eventLog);
    this.metadata = metadata;
    this.certificates = certificates;
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    lock.lock();
    try (TpmDevice tpm = opener.open()) {
      Bytes report = report(tpm);
      Optional<Bytes> tdReport = tdReport(report);
      Bytes tdQuote = tdReport.isPresent() ? metadata.quote(tdReport.get()) : NONE;
      List<Bytes> beside = tdReport.isPresent() ? List.of() : certificates();
      Optional<Bytes> log = eventLog.read();
      RegisterQuote quote =
          RegisterQuote.take(tpm, KEY, reportData.sha256(), MeasuredBoot.REGISTERS);
      return List.of(new AzureEvidence(report, tdQuote, quote.with(NONE, log)).toEvidence(beside));
    } catch (TpmException failed) {
      throw new IOException("the virtual TPM: " + failed.getMessage(), failed);
    } finally {
      lock.unlock();
    }
  }

  private static Bytes report(TpmDevice tpm) throws TpmException, IOException {
    Optional<Bytes> report = tpm.readNvAsOwner(REPORT_INDEX);
    if (report.isEmpty()) {
      throw new IOException(
          "the TPM has no report at index 0x01400001, so this machine gives no evidence of Azure's:"
              + " the source azure-vtpm is for Azure's confidential VMs (DC and EC series); others"
              + " with a TPM have the source tpm");
    }
    return report.get();
  }

  private static Optional<Bytes> tdReport(Bytes report) throws IOException {
    try {
      return AzureEvidence.tdReport(report);
    } catch (Rejection unreadable) {
      throw new IOException(
          "what the TPM holds at index 0x01400001 is no report of SEV-SNP or TDX: "
              + unreadable.getMessage(),
          unreadable);
    }
  }

  private List<Bytes> certificates() throws IOException {
    return certificates.isEmpty()
        ? metadata.certificates()
        : List.of(BoundedFile.read(certificates.get(), CERTIFICATES_LIMIT_BYTES));
  }
}
