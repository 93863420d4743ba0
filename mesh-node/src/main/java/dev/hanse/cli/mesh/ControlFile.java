package dev.hanse.cli.mesh;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.Masked;
import dev.hanse.api.config.Secret;
import dev.hanse.control.ControlConfig;
import dev.hanse.control.identity.Passphrase;
import java.nio.file.Path;
import java.time.Duration;
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
  @Doc("Whose evidence is believed, and what it must state.")
  public record Attestation(
      @Doc(
              "What must be stated, in YAML (hanse policy template); read anew when it changes."
                  + " Missing: simulated evidence alone is accepted, which proves possession of a"
                  + " key and nothing about the machine.")
          Optional<Path> policy,
      @Doc("PEM public keys, one of which must have signed the policy; empty: none is asked for.")
          List<Path> policySigners,
      @Doc("Folder of vendors' collateral: <technology>/<kind>/<key>.*; read anew on change.")
          Optional<Path> collateral,
      @Doc("PEM keys of the simulated platforms whose nodes may join.")
          List<Path> simulatedPlatforms,
      Tpm tpm) {
    public Attestation {
      policySigners = List.copyOf(policySigners);
      simulatedPlatforms = List.copyOf(simulatedPlatforms);
      if (policy.isEmpty() && simulatedPlatforms.isEmpty()) {
        throw new IllegalArgumentException(
            "simulated-platforms must name at least one where there is no policy, or no node can"
                + " join");
      }
      if (policy.isEmpty() && !policySigners.isEmpty()) {
        throw new IllegalArgumentException("policy-signers need a policy to have signed");
      }
      if (tpm.revocation() == Tpm.Revocation.REQUIRED && collateral.isEmpty()) {
        throw new IllegalArgumentException(
            "tpm.revocation: required needs a collateral folder that holds the lists");
      }
    }
  }

  /** Which TPMs are believed. */
  @Doc("Which TPMs are believed, where the policy allows them.")
  public record Tpm(
      @Doc("PEM files of manufacturers' roots of endorsement keys.") List<Path> roots,
      @Doc("PEM files of their intermediates, for TPMs that do not bring them.")
          List<Path> intermediates,
      @Doc("Names of endorsement keys without certificate, in hexadecimal.")
          List<String> endorsementKeys,
      @Doc(
              "Whether manufacturers' revocation lists are asked. required: each authority in an"
                  + " endorsement certificate's chain must have a current one in the collateral"
                  + " folder, tpm2/crl/<SHA-256 of the authority's certificate, in"
                  + " hexadecimal>.crl; none: a TPM that its manufacturer revoked is believed until"
                  + " the policy distrusts it. The vendors of TEEs publish lists, and theirs are"
                  + " always asked; many manufacturers of TPMs publish none.")
          @Default("none")
          Revocation revocation,
      @Doc(
              "How long a key that its TPM activated is believed, and how long a TPM may not fall"
                  + " behind what its clock said.")
          @Default("24h")
          Duration activationLife) {
    /** Whether endorsement certificates may have been revoked. */
    public enum Revocation {
      REQUIRED,
      NONE
    }

    public Tpm {
      roots = List.copyOf(roots);
      intermediates = List.copyOf(intermediates);
      endorsementKeys = List.copyOf(endorsementKeys);
      if (!activationLife.isPositive()) {
        throw new IllegalArgumentException("activation-life must be above 0");
      }
    }

    boolean isAny() {
      return !roots.isEmpty() || !endorsementKeys.isEmpty();
    }
  }
}
