package dev.hanse.attestation.nvidia;

import java.util.List;
import java.util.Optional;

/** What kind of chip a device is, by the name its own certificate has. */
public enum Architecture {
  /** GH100: H100, H200. */
  HOPPER(GpuStatement.Kind.GPU, "GH100", List.of("GH100 ")),
  /** GB10x and GB20x: B200, GB200, RTX PRO 6000. */
  BLACKWELL(GpuStatement.Kind.GPU, "GB100", List.of("GB1", "GB2")),
  /** NVSwitch of the third generation. */
  LS10(GpuStatement.Kind.SWITCH, "LS10", List.of("LS_10 "));

  private final GpuStatement.Kind kind;
  private final String product;

  // An immutable list.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> names;

  Architecture(GpuStatement.Kind kind, String product, List<String> names) {
    this.kind = kind;
    this.product = product;
    this.names = names;
  }

  public GpuStatement.Kind kind() {
    return kind;
  }

  /** What its reference manifests call it unless the report names its chip. */
  String product() {
    return product;
  }

  /** Reads a leaf's common name, such as {@code GH100 A01 GSP FMC LF}. */
  static Optional<Architecture> named(String commonName) {
    for (Architecture architecture : values()) {
      if (architecture.names.stream().anyMatch(commonName::startsWith)) {
        return Optional.of(architecture);
      }
    }
    return Optional.empty();
  }
}
