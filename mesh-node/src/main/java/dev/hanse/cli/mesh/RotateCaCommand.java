package dev.hanse.cli.mesh;

import dev.hanse.api.RegionId;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.Passphrase;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse rotate-ca}: new authorities beside the old ones, whose leaves live on. */
@Command(
    name = "rotate-ca",
    description = {
      "Makes new CAs for regions, and with --root a new root that the old one signs for.",
      "Running control planes take them up within seconds; nodes with their next renewal.",
      "Certificates issued before stay valid until they end."
    },
    mixinStandardHelpOptions = true)
public final class RotateCaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PassphraseOption passphrases;

  @Parameters(paramLabel = "DIR", description = "The folder of hanse mesh-init.")
  private Path directory = Path.of("");

  @Option(
      names = "--region",
      required = true,
      description = "A region to get a new CA; repeat for more. With --root name all of them.")
  private List<String> regions = List.of();

  @Option(names = "--root", description = "Makes a new root as well.")
  private boolean newRoot;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Optional<Passphrase> passphrase = passphrases.read();
    SecureRandom random = new SecureRandom();
    MeshAuthority root = MeshAuthority.load(directory, passphrase, Clock.systemUTC(), random);
    List<X509Certificate> roots = new ArrayList<>(List.of(root.root()));
    List<X509Certificate> crossed = new ArrayList<>();
    if (newRoot) {
      MeshAuthority next = root.successor();
      roots.addFirst(next.root());
      // Both ways: who joins knowing only the new root meets leaves of the old one, too.
      crossed.add(root.crossSign(next.root()));
      crossed.add(next.crossSign(root.root()));
      Path retired = directory.resolve("root-" + Clock.systemUTC().instant().getEpochSecond());
      Files.createDirectory(retired);
      Files.move(directory.resolve("root.key"), retired.resolve("root.key"));
      Files.move(directory.resolve("root.pem"), retired.resolve("root.pem"));
      next.save(directory, passphrase);
      root = next;
      out.println("new root CA: " + directory.resolve("root.pem") + "; the old one: " + retired);
    } else if (!regions.isEmpty()) {
      Path bundle = directory.resolve(regions.getFirst()).resolve("trust-bundle.pem");
      roots = KeyFiles.readCertificates(bundle);
      Path vouched = bundle.resolveSibling("cross-signed.pem");
      crossed = Files.exists(vouched) ? KeyFiles.readCertificates(vouched) : List.of();
    }
    for (String region : regions) {
      Path folder = directory.resolve(region);
      root.region(new RegionId(region), roots, crossed).replace(folder, passphrase);
      out.println("new CA of " + region + ": " + folder);
    }
    out.flush();
    return 0;
  }
}
