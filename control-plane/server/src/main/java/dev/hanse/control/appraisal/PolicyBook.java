package dev.hanse.control.appraisal;

import dev.hanse.api.config.ConfigException;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.tpm.CounterHistory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The policy and collateral in force: read from files, checked, and swapped whole. A file that
 * cannot be read, is not signed, or is older than what is in force changes nothing. {@link
 * #current} is for any thread and never waits; {@link #refresh} reads files and is for a thread
 * that may.
 */
public final class PolicyBook implements Supplier<Appraiser> {
  /** The series of {@link RollbackFloors} that are policies. */
  private static final String POLICIES = "policy";

  private final Path policyFile;
  private final List<PublicKey> signers;
  private final CollateralInForce collateral;
  private final RollbackFloors floors;
  private final Function<Supplier<CollateralStore>, List<Verifier>> verifiers;
  private final CounterHistory history;
  private volatile InForce inForce;

  private record InForce(AppraisalPolicy policy, Bytes digest, Appraiser appraiser) {}

  /** What a look at the files came to. */
  public sealed interface Outcome {
    /** Nothing has changed. */
    record Same() implements Outcome {}

    /** A newer policy is in force, or other collateral. */
    record Changed(String policy) implements Outcome {}

    /** What is there is not taken; what was in force still is. */
    record Kept(String why) implements Outcome {}
  }

  /**
   * Opens the policy.
   *
   * @param signers one of them must have signed the policy, in {@code <policyFile>.sig}; empty: no
   *     signature is asked for
   * @param collateral looked at by this book from now on, and by nobody else
   * @param floors under the version of each signed policy, by its id
   * @param verifiers makes those of every technology over the collateral given to it
   * @param history what TPMs said in earlier exchanges; it outlives every policy
   * @throws IOException if the policy cannot be read, is not signed by any of them, or a later
   *     version of it was in force
   * @throws ConfigException if it is none
   */
  public PolicyBook(
      Path policyFile,
      List<PublicKey> signers,
      CollateralInForce collateral,
      RollbackFloors floors,
      Function<Supplier<CollateralStore>, List<Verifier>> verifiers,
      CounterHistory history)
      throws IOException {
    this.policyFile = policyFile;
    this.signers = List.copyOf(signers);
    this.collateral = collateral;
    this.floors = floors;
    this.verifiers = verifiers;
    this.history = history;
    Bytes content = content();
    requireSigned(content);
    this.inForce = inForce(content);
  }

  /**
   * As the other, over a folder that only the verifiers ask.
   *
   * @throws IOException if the folder cannot be read, too
   */
  public PolicyBook(
      Path policyFile,
      List<PublicKey> signers,
      Optional<Path> collateralFolder,
      RollbackFloors floors,
      Function<Supplier<CollateralStore>, List<Verifier>> verifiers,
      CounterHistory history)
      throws IOException {
    this(policyFile, signers, new CollateralInForce(collateralFolder), floors, verifiers, history);
  }

  @Override
  public Appraiser get() {
    return inForce.appraiser();
  }

  /** The policy in force. */
  public AppraisalPolicy current() {
    return inForce.policy();
  }

  /**
   * Looks at the files; never throws. Policy and collateral are taken each by itself: a broken
   * folder does not keep a policy out that distrusts a product line. What is wrong with one of them
   * is told by the next look where the other has changed.
   */
  public synchronized Outcome refresh() {
    boolean changed = false;
    List<String> complaints = new ArrayList<>();
    try {
      changed = collateral.refresh();
    } catch (IOException unusable) {
      complaints.add(String.valueOf(unusable.getMessage()));
    }
    try {
      changed |= refreshPolicy(complaints);
    } catch (IOException | ConfigException unusable) {
      complaints.add(String.valueOf(unusable.getMessage()));
    }
    if (changed) {
      return new Outcome.Changed(inForce.policy().name());
    }
    return complaints.isEmpty()
        ? new Outcome.Same()
        : new Outcome.Kept(String.join("; ", complaints));
  }

  private boolean refreshPolicy(List<String> complaints) throws IOException {
    Bytes content = content();
    if (content.sha256().equals(inForce.digest())) {
      return false;
    }
    requireSigned(content);
    InForce next = inForce(content);
    AppraisalPolicy was = inForce.policy();
    if (next.policy().id().equals(was.id()) && next.policy().version() <= was.version()) {
      complaints.add(
          policyFile
              + " is version "
              + next.policy().version()
              + " of "
              + was.id()
              + ", in force is "
              + was.version()
              + ": a changed policy needs a higher one");
      return false;
    }
    inForce = next;
    return true;
  }

  private InForce inForce(Bytes content) throws IOException {
    AppraisalPolicy policy =
        PolicyFile.read(new String(content.toArray(), StandardCharsets.UTF_8), history);
    requireNotRolledBack(policy);
    return new InForce(
        policy, content.sha256(), new Appraiser(verifiers.apply(collateral), policy));
  }

  private Bytes content() throws IOException {
    try {
      return Bytes.copyOf(Files.readAllBytes(policyFile));
    } catch (NoSuchFileException missing) {
      throw new IOException("the policy " + policyFile + " does not exist", missing);
    }
  }

  /** An older policy was good when it was signed: that is what makes it worth bringing back. */
  private void requireNotRolledBack(AppraisalPolicy policy) throws IOException {
    if (signers.isEmpty()) {
      return;
    }
    try {
      floors.admit(
          new CollateralStore.Id(POLICIES, policy.id()),
          Optional.of(BigInteger.valueOf(policy.version())));
    } catch (Rejection rolledBack) {
      throw new IOException(
          policyFile
              + " is not taken: "
              + rolledBack.refusal().detail()
              + "; sign a higher version, or take its floor out of the data folder's floors.json"
              + " while the control plane is stopped",
          rolledBack);
    }
  }

  private void requireSigned(Bytes content) throws IOException {
    if (signers.isEmpty()) {
      return;
    }
    Path signature = policyFile.resolveSibling(policyFile.getFileName() + ".sig");
    if (!Files.isRegularFile(signature)) {
      throw new IOException(
          policyFile
              + " is not signed: "
              + signature
              + " is missing; make it with hanse policy sign");
    }
    if (!PolicySignature.holds(content, Files.readString(signature), signers)) {
      throw new IOException(
          signature + " is no signature of " + policyFile + " by a configured signer");
    }
  }
}
