package dev.hanse.cli.mesh;

import dev.hanse.api.RegionId;
import dev.hanse.api.tls.KeyFiles;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.Passphrase;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse mesh-init}: the root of a mesh, its regions' CAs, a simulated platform. */
@Command(
    name = "mesh-init",
    description = {
      "Makes a mesh's root CA, a CA for each region, the secret of its placement, and the key of a"
          + " simulated platform.",
      "Run again with other regions to add them; nothing that exists is replaced."
    },
    mixinStandardHelpOptions = true)
public final class MeshInitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Folder for root.key and the regions' folders.")
  private Path directory = Path.of("");

  @Option(
      names = "--region",
      required = true,
      description = "A region, for example eu-west; repeat for more.")
  private List<String> regions = List.of();

  @Option(names = "--trust-domain", defaultValue = "hanse.internal")
  private String trustDomain = "";

  @Mixin private PassphraseOption passphrases;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    SecureRandom random = new SecureRandom();
    Optional<Passphrase> passphrase = passphrases.read();
    MeshAuthority root;
    if (Files.exists(directory.resolve("root.key"))) {
      root = MeshAuthority.load(directory, passphrase, Clock.systemUTC(), random);
    } else {
      root = MeshAuthority.create(trustDomain, Clock.systemUTC(), random);
      root.save(directory, passphrase);
      out.println("root CA of " + trustDomain + ": " + directory.resolve("root.pem"));
    }
    for (String region : regions) {
      Path folder = directory.resolve(region);
      if (Files.exists(folder.resolve("region.key"))) {
        out.println(region + " is there already: " + folder);
      } else {
        root.region(new RegionId(region)).save(folder, passphrase);
        out.println("CA of " + region + ": " + folder + "  (authority.dir of hanse control)");
      }
    }
    Path platform = directory.resolve("simulated-platform.pem");
    if (!Files.exists(platform)) {
      KeyFiles.writeSecret(platform, SimulatedPlatform.generate(random).toPem());
      out.println("simulated platform: " + platform);
    }
    Path seed = directory.resolve("placement.seed");
    if (!Files.exists(seed)) {
      KeyFiles.writeSecret(seed, HexFormat.of().toHexDigits(random.nextLong()) + "\n");
      out.println(
          "placement seed: " + seed + "  (control.placement-seed, the same in all regions)");
    }
    out.println(
        "root fingerprint: "
            + HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(root.root().getEncoded())));
    if (passphrase.isEmpty()) {
      out.println("The keys are not encrypted: --passphrase-file would do that.");
    }
    out.println("Move root.key somewhere offline: only a new region needs it.");
    out.flush();
    return 0;
  }
}
