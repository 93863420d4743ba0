package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.snp.GuestPolicy;
import dev.hanse.attestation.snp.GuestRules;
import dev.hanse.attestation.snp.MachineRules;
import dev.hanse.attestation.snp.PlatformFeature;
import dev.hanse.attestation.snp.Product;
import dev.hanse.attestation.snp.SnpRules;
import dev.hanse.attestation.snp.Tcb;
import dev.hanse.attestation.snp.TcbFloor;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What SEV-SNP reports must state. */
@Doc("AMD SEV-SNP. A list of values that is empty is not asked about.")
record SnpPolicy(Guest guest, Machine machine) {
  SnpPolicy {
    guest.rules();
    machine.rules();
  }

  SnpRules rules() {
    return new SnpRules(guest.rules(), machine.rules());
  }

  /** The guest's half. */
  @Doc("What runs, and how it was launched.")
  record Guest(
      @Doc("Launch digests, 48 bytes each in hexadecimal.") List<String> measurements,
      @Doc("Host data, 32 bytes each.") List<String> hostData,
      @Doc("Digests of keys that may sign id blocks, 48 bytes each.") List<String> idKeys,
      @Doc("Digests of keys that may certify id keys, 48 bytes each.") List<String> authorKeys,
      @Doc("Privilege levels that may ask, 0 to 3; empty: 0 alone.") List<Integer> vmpls,
      @Doc("Lowest version of the image.") @Default("0") long minSvn,
      @Doc("Whether debugging may be on: such a guest can be read from outside.") @Default("false")
          boolean allowDebug,
      @Doc("Whether a migration agent may move it.") @Default("false") boolean allowMigrationAgent,
      @Doc("What its policy must not have besides, for example smt.") List<GuestPolicy> forbidden,
      @Doc("What its policy must have, for example single-socket.") List<GuestPolicy> required) {
    GuestRules rules() {
      Set<GuestPolicy> unwanted = EnumSet.noneOf(GuestPolicy.class);
      unwanted.addAll(forbidden);
      if (!allowDebug) {
        unwanted.add(GuestPolicy.DEBUG);
      }
      if (!allowMigrationAgent) {
        unwanted.add(GuestPolicy.MIGRATION_AGENT);
      }
      return new GuestRules(
          Digests.of("measurements", measurements),
          Digests.of("host-data", hostData),
          Digests.of("id-keys", idKeys),
          Digests.of("author-keys", authorKeys),
          vmpls.isEmpty() ? Set.of(0) : Set.copyOf(vmpls),
          unwanted,
          Set.copyOf(required),
          minSvn);
    }
  }

  /** The machine's half. */
  @Doc("What it runs on, and who vouches for that.")
  record Machine(
      @Doc("Lowest version of reports, 2 to 5; since 3 they name their CPU.") @Default("2")
          int minReportVersion,
      @Doc("Product lines of which nothing is believed: milan, genoa, turin.")
          List<Product> distrustedProducts,
      @Doc("Chip ids of which nothing is believed, in hexadecimal.") List<String> distrustedChips,
      @Doc("Whether a report may keep its chip's id back.") @Default("false")
          boolean allowMaskedChip,
      @Doc("Whether a cloud provider's key (VLEK) may vouch for it.") @Default("false")
          boolean allowVlek,
      @Doc("Which cloud providers' keys, as their certificates name them; empty: any.")
          List<String> cspIds,
      @Doc("What the platform must not have, for example smt.")
          List<PlatformFeature> forbiddenFeatures,
      @Doc("What the platform must have, for example alias-check-complete.")
          List<PlatformFeature> requiredFeatures,
      @Doc("Lowest TCB versions; with any, a product line that has none is refused.")
          List<Floor> tcbFloors) {
    MachineRules rules() {
      return new MachineRules(
          minReportVersion,
          Set.copyOf(distrustedProducts),
          Digests.of("distrusted-chips", distrustedChips),
          allowMaskedChip,
          allowVlek,
          Set.copyOf(cspIds),
          Set.copyOf(forbiddenFeatures),
          Set.copyOf(requiredFeatures),
          tcbFloors.stream().map(Floor::floor).toList());
    }
  }

  /** The lowest TCB of one product line. */
  @Doc("The lowest patch levels of one product line; 0 to 255 each.")
  record Floor(
      Product product,
      @Doc("Turin's first level; 0 for the lines before.") @Default("0") int fmc,
      @Default("0") int bootLoader,
      @Default("0") int tee,
      @Default("0") int snp,
      @Default("0") int microcode,
      @Doc("When it comes into force, for example 2026-12-01T00:00:00Z; missing: at once.")
          Optional<String> from) {
    Floor {
      new Tcb(fmc, bootLoader, tee, snp, microcode);
      from.ifPresent(Floor::instant);
    }

    TcbFloor floor() {
      Tcb lowest = new Tcb(fmc, bootLoader, tee, snp, microcode);
      return new TcbFloor(
          product, lowest, lowest, Tcb.ZERO, from.map(Floor::instant).orElse(Instant.MIN));
    }

    private static Instant instant(String time) {
      try {
        return Instant.parse(time);
      } catch (DateTimeParseException unknown) {
        throw new IllegalArgumentException(
            "from must be a time such as 2026-12-01T00:00:00Z, was " + time, unknown);
      }
    }
  }
}
