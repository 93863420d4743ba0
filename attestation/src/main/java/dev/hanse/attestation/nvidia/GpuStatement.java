package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a GPU or switch states, and what NVIDIA's reference manifests say of it.
 *
 * @param device SHA-256 of the public key burnt into the chip, as its certificate holds it: names
 *     the device for life
 * @param driverVersion of a GPU
 * @param firmware the FWID in the certificate of the key that signed: the firmware's digest
 * @param firmwareReported whether the report names it as well; then the two are equal
 * @param measurements by the manifests' index, from 0: SPDM's less one
 * @param driverRim of a GPU; empty for a switch
 */
public record GpuStatement(
    Architecture architecture,
    Bytes device,
    Optional<String> driverVersion,
    String vbiosVersion,
    Bytes firmware,
    boolean firmwareReported,
    Map<Integer, Bytes> measurements,
    Optional<RimComparison> driverRim,
    RimComparison vbiosRim)
    implements Statement {
  /** What evidence can come from. */
  public enum Kind {
    GPU,
    SWITCH
  }

  public GpuStatement {
    measurements = Collections.unmodifiableMap(new TreeMap<>(measurements));
  }

  public Kind kind() {
    return architecture.kind();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("architecture", architecture.name());
    facts.put("device", device.hex());
    driverVersion.ifPresent(version -> facts.put("driver-version", version));
    facts.put("vbios-version", vbiosVersion);
    facts.put("fwid", firmware.hex());
    facts.put("fwid-reported", firmwareReported ? "yes, equal" : "no");
    driverRim.ifPresent(rim -> facts.put("rim-driver", rim.summary()));
    facts.put("rim-vbios", vbiosRim.summary());
    facts.put(
        "revocation",
        "not checked: NVIDIA answers by OCSP, which needs the network; distrust devices by policy");
    facts.put("host", "not stated: the evidence does not say which machine it stands in");
    return facts;
  }
}
