package dev.hanse.cli.evidence;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.azure.AzureJudge;
import dev.hanse.attestation.azure.AzureRules;
import dev.hanse.attestation.nitro.NitroJudge;
import dev.hanse.attestation.nitro.NitroRules;
import dev.hanse.attestation.nvidia.NvidiaJudge;
import dev.hanse.attestation.nvidia.NvidiaRules;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.snp.SnpJudge;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.tdx.TdxJudge;
import dev.hanse.attestation.tdx.TdxRules;
import dev.hanse.attestation.tpm.AttestationKeys;
import dev.hanse.attestation.tpm.TpmJudge;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.vectors.Grade;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.control.appraisal.CollateralFolder;
import dev.hanse.control.appraisal.PolicyFile;
import dev.hanse.control.appraisal.Verifiers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse verify-evidence}: what a machine's evidence proves, and whether it would do. */
@Command(
    name = "verify-evidence",
    description = "Verifies attestation evidence offline, and says what was checked.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every piece of evidence is accepted, or every vector came out as expected",
      "1:one is refused, or differs",
      "2:the command line is wrong, or a file cannot be read"
    })
public final class VerifyEvidenceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = {
        "Evidence in its raw form (SNP report, TDX quote, Nitro document, SPDM report, TPM evidence,",
        "evidence of Azure's confidential VMs) or as JSON with technology, body and collateral in",
        "base64; with it the certificates (PEM or DER), AMD's revocation list, Intel's collateral",
        "(JSON), a TDX domain's event log (CCEL) and NVIDIA's manifests (XML)."
      })
  private List<Path> files = List.of();

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description = {
        "A set of vectors with expected outcomes: one row each, exit code 1 on any difference.",
        "The set's own test anchors count here, and nowhere else. May be repeated."
      })
  private List<Path> manifests = List.of();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "The time it is judged at, for example 2026-06-01T00:00:00Z. Default: now")
  private @Nullable Instant at;

  @Option(
      names = "--anchors",
      paramLabel = "FILE",
      description = "Roots in PEM to trust in place of the vendors' own. May be repeated.")
  private List<Path> anchors = List.of();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "A policy in YAML. Default: the strict rules of each technology, any image.")
  private @Nullable Path policy;

  @Option(
      names = "--collateral",
      paramLabel = "DIR",
      description = "Collateral as a control plane keeps it: <technology>/<kind>/<key>.*")
  private @Nullable Path collateral;

  @Option(
      names = "--allow-missing-crl",
      description = "Goes on where no revocation list is at hand, and says so: for old captures.")
  private boolean allowMissingCrl;

  @Option(
      names = "--report-data",
      paramLabel = "HEX",
      description =
          "The 64 bytes of the exchange it must belong to. Default: not asked, and said so")
  private @Nullable String reportData;

  @Option(
      names = "--trust-key",
      paramLabel = "HEX",
      description = "The name of a TPM's attestation key to believe. May be repeated.")
  private List<String> trustedKeys = List.of();

  @Option(names = "--json", description = "Prints JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    if (files.isEmpty() == manifests.isEmpty()) {
      throw usage("name evidence FILEs, or a set with --manifest, and not both");
    }
    try {
      return manifests.isEmpty() ? examine() : runManifests();
    } catch (IOException | Rejection unreadable) {
      spec.commandLine().getErr().println("hanse: " + unreadable.getMessage());
      return 2;
    }
  }

  private int runManifests() throws IOException {
    ManifestRun run =
        new ManifestRun(
            List.of(
                new SnpJudge(),
                new TdxJudge(),
                new TpmJudge(),
                new AzureJudge(),
                new NitroJudge(),
                new NvidiaJudge()));
    List<Grade> grades = new ArrayList<>();
    for (Path manifest : manifests) {
      grades.addAll(run.grades(manifest));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ManifestRun.printJson(grades, out);
    } else {
      ManifestRun.print(grades, out);
    }
    return ManifestRun.differences(grades) == 0 ? 0 : 1;
  }

  private int examine() throws IOException, Rejection {
    EvidenceFiles read = EvidenceFiles.read(files);
    List<Evidence> evidence = read.evidence();
    if (evidence.isEmpty()) {
      throw new IOException("none of the files is evidence");
    }
    Examination examination = examination(read);
    Instant when = at == null ? Instant.now() : at;
    List<EvidenceReport> reports =
        evidence.stream().map(one -> examination.examine(one, when)).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      EvidenceReport.printJson(reports, out);
    } else {
      reports.forEach(report -> report.print(out));
    }
    return reports.stream().allMatch(EvidenceReport::isAccepted) ? 0 : 1;
  }

  private Examination examination(EvidenceFiles read) throws IOException, Rejection {
    CollateralStore kept =
        collateral == null ? CollateralStore.EMPTY : CollateralFolder.read(collateral);
    CollateralStore store = read.collateral(kept);
    List<X509Certificate> roots = new ArrayList<>();
    for (Path file : anchors) {
      roots.addAll(Certificates.ofPem(Bytes.copyOf(Files.readAllBytes(file))));
    }
    Optional<Anchors> given = roots.isEmpty() ? Optional.empty() : Optional.of(Anchors.of(roots));
    List<Verifier> verifiers =
        Verifiers.of(
            () -> store,
            given,
            allowMissingCrl ? Revocation.WHERE_KEPT : Revocation.REQUIRED,
            new RollbackFloors(),
            trusted());
    List<String> remarks = new ArrayList<>();
    if (given.isPresent()) {
      remarks.add("the anchors are those of --anchors, not the vendors' own");
    }
    return new Examination(
        verifiers.stream().collect(Collectors.toMap(Verifier::technology, Function.identity())),
        rules(),
        Optional.ofNullable(reportData).map(hex -> hex(hex, "--report-data")),
        remarks);
  }

  private Map<String, Rules> rules() throws IOException {
    List<Rules> rules =
        policy == null
            ? List.of(
                SnpRules.strict(),
                TdxRules.strict(),
                TpmRules.strict(),
                AzureRules.strictOnSnp(),
                AzureRules.strictOnTdx(),
                NitroRules.strict(),
                NvidiaRules.strict())
            : PolicyFile.read(Files.readString(policy)).rules();
    return rules.stream().collect(Collectors.toMap(Rules::technology, Function.identity()));
  }

  private AttestationKeys trusted() {
    Set<Bytes> names =
        trustedKeys.stream().map(hex -> hex(hex, "--trust-key")).collect(Collectors.toSet());
    return AttestationKeys.pinned(names);
  }

  private Bytes hex(String hex, String option) {
    try {
      return Bytes.ofHex(hex);
    } catch (IllegalArgumentException notHex) {
      throw usage(option + " takes hexadecimal digits");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
