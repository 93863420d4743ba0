package dev.hanse.attestation.nvidia;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs vectors of NVIDIA evidence and manifests. Genuine ones against NVIDIA's roots, whatever the
 * manifest of the set names.
 *
 * <p>A vector with a reference manifest is judged with that one in the store and asks for no other;
 * one with reference values of its own asks for none. A reference manifest alone must hold, and
 * match the evidence of its set that is about the same product and version, if there is any.
 */
public final class NvidiaJudge implements Judge {
  private static final Bytes NOTHING = Bytes.copyOf(new byte[0]);

  private final Anchors devices;
  private final Anchors manifests;

  public NvidiaJudge() {
    this(
        Anchors.pinned(Set.of(NvidiaVerifier.DEVICE_ROOT)),
        Anchors.pinned(Set.of(NvidiaVerifier.RIM_ROOT)));
  }

  /**
   * Judges with other roots than NVIDIA's.
   *
   * @param devices of genuine vectors
   * @param manifests of all vectors
   */
  NvidiaJudge(Anchors devices, Anchors manifests) {
    this.devices = devices;
    this.manifests = manifests;
  }

  @Override
  public String technology() {
    return NvidiaVerifier.TECHNOLOGY;
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    try {
      Instant at = vector.time().orElse(Instant.EPOCH);
      Optional<Bytes> rim = vector.file("rim");
      if (rim.isPresent() && vector.file("evidence").isEmpty()) {
        return judgeRim(rim.get(), vector, at);
      }
      VerifiedClaims claims = verify(vector.files(), genuine ? devices : anchors(vector), rim, at);
      return outcome(claims, rules(vector.params(), rim.isPresent()), vector.params(), at);
    } catch (Rejection rejection) {
      return new Verdict.Rejected(rejection.refusal());
    }
  }

  private static Verdict outcome(
      VerifiedClaims claims, NvidiaRules rules, JsonNode params, Instant at) throws Rejection {
    String nonce = params.path("nonce").asText(params.path("request_nonce").asText(""));
    Rejection.unless(
        nonce.isEmpty() || Bytes.ofHex(nonce).equals(claims.bound().get(Bound.NONCE)),
        Stage.FRESHNESS,
        Reason.NONCE,
        "the nonce is not what this exchange wants");
    CheckList failure = new CheckList();
    rules.judge(claims, at, failure);
    return Verdict.of(failure) instanceof Verdict.Rejected(var refusal)
            && refusal.reason() == Reason.NO_RIM
        ? new Verdict.CryptoOk(refusal)
        : Verdict.of(failure);
  }

  private Verdict judgeRim(Bytes xml, Vector vector, Instant at) throws Rejection {
    Rim rim = RimDocument.verified(xml, manifests, at);
    for (Map<String, Bytes> neighbour : vector.neighbours()) {
      if (neighbour.containsKey("evidence") && isAbout(rim, neighbour.get("evidence"))) {
        VerifiedClaims claims = verify(neighbour, devices, Optional.of(xml), at);
        return outcome(claims, rules(vector.params(), true), vector.params(), at);
      }
    }
    return new Verdict.Accepted();
  }

  private static boolean isAbout(Rim rim, Bytes evidence) {
    try {
      OpaqueFields fields = OpaqueFields.read(SpdmReport.parse(evidence).opaque());
      return rim.version().equals(fields.vbiosVersion())
          || fields.driverVersion().filter(rim.version()::equals).isPresent();
    } catch (Rejection broken) {
      return false;
    }
  }

  private VerifiedClaims verify(
      Map<String, Bytes> files, Anchors anchors, Optional<Bytes> rim, Instant at) throws Rejection {
    Evidence evidence =
        new Evidence(
            NvidiaVerifier.TECHNOLOGY,
            files.getOrDefault("evidence", NOTHING),
            List.of(files.getOrDefault("chain", NOTHING)));
    CollateralStore store = rim.isPresent() ? new OnlyRim(rim.get()) : CollateralStore.EMPTY;
    return switch (new NvidiaVerifier(anchors, manifests, () -> store).verify(evidence, at)) {
      case Verification.Verified(var verified) -> verified;
      case Verification.Refused(Refusal.Rejected(var stage, var reason, var detail)) ->
          throw new Rejection(stage, reason, detail);
      case Verification.Refused(var other) ->
          throw new Rejection(Stage.PARSE, Reason.STRUCTURE, other.message());
    };
  }

  /** Has one manifest, as that of a VBIOS. */
  private record OnlyRim(Bytes xml) implements CollateralStore {
    @Override
    public Optional<Bytes> find(Id id) {
      return id.key().contains("BIOS") ? Optional.of(xml) : Optional.empty();
    }
  }

  private static NvidiaRules rules(JsonNode params, boolean hasRim) {
    NvidiaRules.Manifest required =
        hasRim
            ? NvidiaRules.Manifest.VBIOS
            : params.has("reference_measurements")
                ? NvidiaRules.Manifest.NONE
                : NvidiaRules.Manifest.BOTH;
    Map<Integer, Set<Bytes>> measurements = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : params.path("reference_measurements").properties()) {
      measurements.put(
          Integer.valueOf(each.getKey()), Set.of(Bytes.ofHex(each.getValue().asText())));
    }
    return NvidiaRules.strict()
        .withArchitectures(EnumSet.allOf(Architecture.class))
        .withManifests(required)
        .withFirmwareReportRequired(params.has("nonce") || params.path("fwid").isTextual())
        .withDriver(accepted(params.path("driver_version")))
        .withVbios(accepted(params.path("vbios_version")))
        .withMeasurements(measurements);
  }

  private static NvidiaRules.Accepted accepted(JsonNode version) {
    return version.isTextual()
        ? NvidiaRules.Accepted.exactly(Set.of(version.textValue()))
        : NvidiaRules.Accepted.ANY;
  }

  private static Anchors anchors(Vector vector) throws Rejection {
    Bytes root =
        vector
            .trustAnchor()
            .orElseThrow(() ->
                new Rejection(Stage.CRYPTO, Reason.UNTRUSTED_ROOT, "the vector has no anchor"));
    return Anchors.of(Certificates.ofEither(root));
  }
}
