package dev.hanse.cli.evidence;

import dev.hanse.api.config.StrictYaml;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.control.appraisal.PolicyFile;
import dev.hanse.control.appraisal.PolicyKeys;
import dev.hanse.control.appraisal.PolicySignature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse policy}: what evidence a mesh accepts, as a signed file. */
@Command(
    name = "policy",
    description = "Checks and signs appraisal policies.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class PolicyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a command: template, keygen, sign or check");
  }

  @Command(name = "template", description = "Prints a commented policy with every key.")
  void template() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(StrictYaml.documentWithoutOverrides(PolicyFile.class));
    out.flush();
  }

  @Command(name = "keygen", description = "Makes a key that signs policies: FILE and FILE.pub.")
  void keygen(@Parameters(paramLabel = "FILE") Path file) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("wrote " + file + " and " + PolicyKeys.generate(file));
    out.flush();
  }

  @Command(
      name = "check",
      description = "Reads a policy and, where there is a signature, checks it.")
  int check(
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--signer",
              paramLabel = "FILE",
              description = "A public key in PEM that may have signed it. May be repeated.")
          List<Path> signers)
      throws IOException {
    Bytes content = Bytes.copyOf(Files.readAllBytes(file));
    AppraisalPolicy policy = PolicyFile.read(Files.readString(file));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s allows %s%n", policy.name(), String.join(", ", new TreeSet<>(policy.technologies())));
    if (signers == null || signers.isEmpty()) {
      out.flush();
      return 0;
    }
    List<PublicKey> keys = PolicyKeys.publicKeys(signers);
    boolean holds = PolicySignature.holds(content, Files.readString(signatureOf(file)), keys);
    out.println(holds ? "signed by one of the signers" : "NOT signed by any of the signers");
    out.flush();
    return holds ? 0 : 1;
  }

  @Command(name = "sign", description = "Writes FILE.sig, the signature of a policy.")
  void sign(
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--key",
              required = true,
              paramLabel = "FILE",
              description = "A private key in PEM, for example by: hanse policy keygen")
          Path key)
      throws IOException {
    var _ = PolicyFile.read(Files.readString(file));
    Files.writeString(
        signatureOf(file),
        PolicySignature.sign(Bytes.copyOf(Files.readAllBytes(file)), KeyFiles.readKey(key)) + "\n");
    PrintWriter out = spec.commandLine().getOut();
    out.println("wrote " + signatureOf(file));
    out.flush();
  }

  private static Path signatureOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".sig");
  }
}
