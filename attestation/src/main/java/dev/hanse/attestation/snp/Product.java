package dev.hanse.attestation.snp;

import java.util.List;
import java.util.Optional;

/**
 * A product line of AMD's: it has its own root, and its own meaning of the bytes of a TCB version.
 *
 * <p>CPUID ranges as AMD's key distribution service assigns them (AMD publication 57230, "Versioned
 * Chip Endorsement Key (VCEK) Certificate and KDS Interface Specification"); Genoa's line includes
 * Bergamo and Siena.
 */
public enum Product {
  MILAN("Milan", 64, Product.SPL_BYTES_UNTIL_GENOA),
  GENOA("Genoa", 64, Product.SPL_BYTES_UNTIL_GENOA),
  TURIN("Turin", 8, Product.SPL_BYTES_SINCE_TURIN);

  /** Which security patch level each byte of a TCB version holds, by the last arc of its OID. */
  private static final String SPL_BYTES_UNTIL_GENOA = "12456738";

  private static final String SPL_BYTES_SINCE_TURIN = "91235678";

  private final String vendorName;
  private final int hardwareIdBytes;
  private final String splOfByte;

  Product(String vendorName, int hardwareIdBytes, String splOfByte) {
    this.vendorName = vendorName;
    this.hardwareIdBytes = hardwareIdBytes;
    this.splOfByte = splOfByte;
  }

  /** As AMD writes it in certificates and addresses, for example {@code Milan}. */
  public String vendorName() {
    return vendorName;
  }

  /** How much of a report's 64 bytes of chip id there is. */
  int hardwareIdBytes() {
    return hardwareIdBytes;
  }

  /** Which patch level a byte of its TCB versions holds: the last arc of the extension's OID. */
  int splOfByte(int index) {
    return splOfByte.charAt(index) - '0';
  }

  /** The common name of its root. */
  String rootName() {
    return "ARK-" + vendorName;
  }

  /** The common name of the authority that issues one kind of its endorsement keys. */
  String issuerName(SigningKey key) {
    return key.issuerPrefix() + vendorName;
  }

  /** By the common name of its root. */
  static Optional<Product> ofRootName(String commonName) {
    return List.of(values()).stream()
        .filter(product -> product.rootName().equals(commonName))
        .findFirst();
  }

  /** By combined family and model, as reports since version 3 give them. */
  static Optional<Product> ofCpu(int family, int model) {
    return switch (family) {
      case 0x19 -> {
        if (model <= 0x0F) {
          yield Optional.of(MILAN);
        }
        boolean genoa = model <= 0x1F || (model >= 0xA0 && model <= 0xAF);
        yield genoa ? Optional.of(GENOA) : Optional.empty();
      }
      case 0x1A -> model <= 0x11 ? Optional.of(TURIN) : Optional.empty();
      default -> Optional.empty();
    };
  }
}
