package dev.hanse.cli.mesh;

import dev.hanse.api.config.Doc;
import dev.hanse.api.config.Masked;
import dev.hanse.api.config.Secret;
import dev.hanse.control.ControlConfig;
import dev.hanse.control.identity.Passphrase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code hanse control --config} reads. */
@Doc("A region's control plane, and the authority it holds.")
public record ControlFile(ControlConfig control, Authority authority, Attestation attestation) {

  /** Where the region's CA is. */
  @Doc("The region's CA, made by: hanse mesh-init")
  public record Authority(
      @Doc("Folder with region.pem, region.key and trust-bundle.pem.") Path dir,
      @Doc("Opens region.key, where it is encrypted. Best kept in a file.") @Secret
          Optional<String> passphrase) {
    Optional<Passphrase> opener() {
      return passphrase.map(Passphrase::new);
    }

    @Override
    public String toString() {
      return Masked.text(this);
    }
  }

  /** Whose evidence is believed. */
  @Doc(
      "Whose evidence is believed. This build judges simulated evidence only: it proves possession of"
          + " a key and nothing about the machine.")
  public record Attestation(
      @Doc("PEM keys of the simulated platforms whose nodes may join.")
          List<Path> simulatedPlatforms) {
    public Attestation {
      simulatedPlatforms = List.copyOf(simulatedPlatforms);
      if (simulatedPlatforms.isEmpty()) {
        throw new IllegalArgumentException(
            "simulated-platforms must name at least one, or no node can join");
      }
    }
  }
}
