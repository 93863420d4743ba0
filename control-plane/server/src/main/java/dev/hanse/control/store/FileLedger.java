package dev.hanse.control.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.ClientKey;
import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.TpmMemory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * One directory, six JSON files: {@code client-keys.json}, {@code join-tokens.json}, {@code
 * members.json}, {@code revocations.json}, {@code floors.json} and {@code tpms.json}; and in it the
 * folder {@code evidence}, a file a certificate. Each is replaced whole and atomically, readable by
 * its owner only. The directory is locked: a second process on it does not start. Writes happen on
 * a thread of their own, in order; those of evidence on another, so that a thousand enrolments do
 * not hold up the rest.
 *
 * <p>A file that cannot be understood stops the start and is left as it is: to go on without it
 * would un-revoke keys, or believe outdated collateral or a TPM that was set back. Evidence is
 * different, see {@link EvidenceFolder}.
 */
public final class FileLedger implements Ledger {
  private static final String KEYS = "client-keys.json";
  private static final String TOKENS = "join-tokens.json";
  private static final String DENIALS = "revocations.json";
  private static final String FLOORS = "floors.json";
  private static final String MEMBERS = "members.json";
  private static final String TPMS = "tpms.json";
  private static final String EVIDENCE = "evidence";
  private static final long CLOSE_WITHIN_SECONDS = 10;

  private final Path directory;
  private final FileChannel lockFile;
  private final EvidenceFolder evidence;
  private final ExecutorService writer = thread("ledger");
  private final ExecutorService evidenceWriter = thread("ledger-evidence");

  private FileLedger(Path directory, FileChannel lockFile, EvidenceFolder evidence) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.evidence = evidence;
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Takes possession of a directory, making it if need be. Blocks.
   *
   * @throws LedgerException if another process has it, or it cannot be used
   */
  public static FileLedger open(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new LedgerException(
            "another control plane uses " + directory + "; stop it, or give this one its own");
      }
      return new FileLedger(directory, channel, evidence(directory, channel));
    } catch (IOException failure) {
      throw new LedgerException("cannot use " + directory + ": " + failure, failure);
    }
  }

  private static EvidenceFolder evidence(Path directory, FileChannel lock) throws IOException {
    try {
      return new EvidenceFolder(directory.resolve(EVIDENCE));
    } catch (IOException unusable) {
      lock.close();
      throw unusable;
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException sameProcess) {
      return false;
    }
  }

  @Override
  public Contents load() {
    return new Contents(
        JsonFile.read(directory.resolve(MEMBERS), LedgerJson::remembered)
            .orElse(Remembered.NOTHING),
        JsonFile.read(directory.resolve(KEYS), LedgerJson::keys).orElse(List.of()),
        JsonFile.read(directory.resolve(TOKENS), LedgerJson::joinTokens).orElse(List.of()),
        JsonFile.read(directory.resolve(DENIALS), DenialsJson::revocations).orElse(List.of()),
        JsonFile.read(directory.resolve(DENIALS), DenialsJson::results).orElse(List.of()),
        JsonFile.read(directory.resolve(FLOORS), FloorsJson::floors).orElse(Map.of()),
        JsonFile.read(directory.resolve(TPMS), TpmsJson::known).orElse(TpmMemory.Known.NOTHING));
  }

  @Override
  public Set<String> evidenceDigests() {
    return evidence.digests();
  }

  @Override
  public Certified evidence(String digest) {
    return evidence.read(digest);
  }

  @Override
  public CompletionStage<Void> saveRemembered(Remembered remembered) {
    return write(MEMBERS, LedgerJson.json(remembered));
  }

  @Override
  public CompletionStage<Void> saveKeys(List<ClientKey> keys) {
    return write(KEYS, LedgerJson.ofKeys(keys));
  }

  @Override
  public CompletionStage<Void> saveJoinTokens(List<JoinToken> joinTokens) {
    return write(TOKENS, LedgerJson.ofJoinTokens(joinTokens));
  }

  @Override
  public CompletionStage<Void> saveDenials(List<Revocation> revocations, List<NodeResult> results) {
    return write(DENIALS, DenialsJson.of(revocations, results));
  }

  @Override
  public CompletionStage<Void> saveFloors(Map<CollateralStore.Id, BigInteger> floors) {
    return write(FLOORS, FloorsJson.of(floors));
  }

  @Override
  public CompletionStage<Void> saveTpms(TpmMemory.Known tpms) {
    return write(TPMS, TpmsJson.of(tpms));
  }

  @Override
  public CompletionStage<Void> saveEvidence(List<Certified> added, Set<String> removed) {
    return CompletableFuture.runAsync(() -> evidence.save(added, removed), evidenceWriter);
  }

  private CompletionStage<Void> write(String name, ObjectNode content) {
    return CompletableFuture.runAsync(
        () -> JsonFile.replace(directory.resolve(name), content), writer);
  }

  @Override
  public void close() {
    writer.shutdown();
    evidenceWriter.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)
          || !evidenceWriter.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        throw new LedgerException("writes to " + directory + " did not end in time");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      release();
    }
  }

  private void release() {
    try {
      lockFile.close();
    } catch (IOException failure) {
      throw new LedgerException("cannot release " + directory, failure);
    }
  }
}
