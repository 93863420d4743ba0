package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.vectors.SharedVectors;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.VectorSet;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Genuine captures, as they are and changed in one place; skipped where they are not at hand. */
class SnpCapturesTest {
  private static final Instant AT = Instant.parse("2026-03-01T00:00:00Z");
  private static final Instant BEFORE = Instant.parse("2024-06-01T00:00:00Z");
  private static final Map<String, Vector> VECTORS = new HashMap<>();
  private static final List<String> REPORTS =
      List.of("milan-v2-debug", "milan-v2", "milan-v2-idkey", "milan-v3", "turin-v5");

  private static Path folder = Path.of("absent");

  @BeforeAll
  static void read() throws IOException {
    folder = SharedVectors.folder(SnpVerifier.TECHNOLOGY).resolve("real");
    assumeTrue(Files.isDirectory(folder), "the shared captures are not here");
    VectorSet.read(folder.resolve("manifest.json"))
        .cases()
        .forEach(one -> VECTORS.put(one.vector().id().replace("snp-real/", ""), one.vector()));
  }

  @Test
  void pinsTheRootsThatAmdServes() throws IOException, Rejection {
    for (String product : List.of("milan", "genoa", "turin")) {
      for (String kind : List.of("ask_ark_", "asvk_ark_")) {
        var chain = Certificates.ofPem(file("amd-ca/" + kind + product + ".pem"));

        assertThat(SnpVerifier.AMD_ROOTS).contains(Anchors.fingerprint(chain.getLast()));
        assertThat(SnpVerifier.AMD_ROOTS).doesNotContain(Anchors.fingerprint(chain.getFirst()));
      }
    }
  }

  @Test
  void readsEveryFieldTheManifestsGive() throws Rejection {
    for (Vector vector : VECTORS.values()) {
      if (vector.file("report").isEmpty()) {
        continue;
      }
      SnpReport report = SnpReport.read(vector.file("report").get());
      assertThat(report.version()).isEqualTo(vector.params().path("version").asInt());
      assertThat(report.vmpl()).isEqualTo(vector.params().path("vmpl").asLong());
      assertThat("0x" + Long.toHexString(report.policy()))
          .isEqualTo(vector.params().path("policy").asText());
      assertThat("0x" + Long.toHexString(report.platform()))
          .isEqualTo(vector.params().path("platform_info").asText());
      assertThat(report.cpu()).isEqualTo(vector.params().path("cpuid_fms").asText());
      assertThat(vector.hex("measurement")).contains(report.measurement());
      assertThat(vector.hex("host_data")).contains(report.hostData());
      assertThat(vector.hex("id_key_digest")).contains(report.idKeyDigest());
      assertThat(vector.hex("report_data")).contains(report.reportData());
      assertThat(vector.hex("chip_id")).contains(report.chipId());
      assertThat(vector.hex("reported_tcb")).contains(raw(report.reportedTcb()));
      assertThat(vector.hex("committed_tcb")).contains(raw(report.committedTcb()));
      assertThat(vector.hex("current_tcb")).contains(raw(report.currentTcb()));
      assertThat(vector.hex("launch_tcb")).contains(raw(report.launchTcb()));
    }
  }

  @Test
  void neverAcceptsADebuggableGuestByClearingTheBit() {
    changed("milan-v2-debug", BEFORE, report -> report[0x0A] ^= 0x08, Reason.SIGNATURE);
  }

  @Test
  void refusesEverySignedFieldThatIsChanged() {
    for (int offset : new int[] {0x30, 0x50, 0x90, 0x180, 0x187, 0x1A0, 0x2A0, 0x2E8}) {
      for (String id : REPORTS) {
        changed(id, AT, report -> report[offset] ^= 1, Reason.SIGNATURE);
      }
    }
  }

  @Test
  void refusesNumbersThatAreNoSignature() {
    BigInteger n = CustomNamedCurves.getByName("secp384r1").getN();
    for (String id : REPORTS) {
      changed(id, AT, report -> Arrays.fill(report, 0x2A0, 0x330, (byte) 0), Reason.SIGNATURE);
      changed(id, AT, report -> SnpForge.place(report, 0x2A0, n), Reason.SIGNATURE);
      changed(id, AT, report -> SnpForge.place(report, 0x2E8, n), Reason.SIGNATURE);
    }
  }

  @Test
  void refusesTheFormBeforeAnySignature() {
    for (String id : REPORTS) {
      for (int offset : new int[] {0x4C, 0x210, 0x29F, 0x330, 0x49F}) {
        changed(id, AT, report -> report[offset] ^= 1, Reason.RESERVED);
      }
      changed(id, AT, report -> report[0x34] = 0, Reason.SIG_ALGO);
      changed(id, AT, report -> report[0x34] = 2, Reason.SIG_ALGO);
      changed(id, AT, report -> report[0x48] |= 0x04, Reason.SIGNER_MISMATCH);
      changed(id, AT, report -> report[0x48] = 0x1C, Reason.SIGNER_NONE);
      changed(id, AT, report -> report[0x48] = 0x0C, Reason.SIGNER_NONE);
    }
  }

  @Test
  void refusesAnyOtherLength() {
    Bytes report = report("milan-v3");
    for (int size : new int[] {0, report.size() - 1, report.size() + 1, 64 << 20}) {
      Bytes other = Bytes.copyOf(Arrays.copyOf(report.toArray(), size));
      assertThat(reason(verify("milan-v3", other, AT))).isEqualTo(Reason.LENGTH);
    }
  }

  @Test
  void refusesChainsOfAnotherKindOrProduct() throws IOException {
    List<Bytes> vlek =
        List.of(part("milan-v3-vlek-vmpl1", "vek"), file("amd-ca/ask_ark_milan.pem"));
    List<Bytes> vcek = List.of(part("milan-v3", "vek"), file("amd-ca/asvk_ark_milan.pem"));
    List<Bytes> genoa = List.of(part("milan-v3", "vek"), file("amd-ca/ask_ark_genoa.pem"));

    assertThat(reason(verify(report("milan-v3"), vcek, AT))).isEqualTo(Reason.CHAIN);
    assertThat(reason(verify(report("milan-v3"), genoa, AT))).isEqualTo(Reason.CHAIN);
    assertThat(
            reason(
                verify(report("milan-v3-vlek-vmpl1"), vlek, Instant.parse("2025-06-01T00:00:00Z"))))
        .isEqualTo(Reason.CHAIN);
  }

  @Test
  void refusesGenuineEvidenceWhereAmdIsNoAnchor() {
    SnpVerifier other =
        new SnpVerifier(
            Anchors.of(List.of(SnpForge.vcek(Product.MILAN).root)),
            () -> CollateralStore.EMPTY,
            Revocation.WHERE_KEPT);

    assertThat(reason(other.verify(evidence("milan-v3"), AT))).isEqualTo(Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesEveryReportWithTheKeyOfAnother() {
    List<String> all = new ArrayList<>(REPORTS);
    all.add("milan-v3-vlek-vmpl1");
    Set<Reason> expected =
        EnumSet.of(Reason.SIGNATURE, Reason.SIGNER_MISMATCH, Reason.CERT_EXPIRED);
    for (String one : all) {
      for (String other : all) {
        if (!one.equals(other)) {
          List<Bytes> keys = List.of(part(other, "vek"), part(other, "chain"));

          assertThat(reason(verify(report(one), keys, AT))).isIn(expected);
        }
      }
    }
  }

  @Test
  void acceptsAProvidersKeyOnlyWhereAllowedAndOnlyInItsYear() {
    Vector vector = vector("milan-v3-vlek-vmpl1");
    Evidence evidence = evidence("milan-v3-vlek-vmpl1");

    SnpStatement statement = SnpForge.accepted(amd().verify(evidence, vector.time().orElseThrow()));

    assertThat(statement.cspId()).isEqualTo("CN=cc-us-east-2.amazonaws.com");
    assertThat(statement.chip()).isEmpty();
    assertThat(reason(amd().verify(evidence, Instant.parse("2026-01-01T00:00:00Z"))))
        .isEqualTo(Reason.CERT_EXPIRED);
  }

  @Test
  void refusesCapturesInProductionAsLongAsNoRevocationListIsKept() {
    SnpForge.refused(
        SnpVerifier.ofAmd(() -> CollateralStore.EMPTY, Revocation.REQUIRED)
            .verify(evidence("turin-v5"), AT),
        Stage.REVOCATION,
        Reason.CRL_MISSING);
  }

  @Test
  void readsChipIdsOfCertificatesWhoseSignatureIsNone() throws IOException {
    Vector vector = vector("parse-vcek-hwid-encodings");
    Bytes chain = file("amd-ca/ask_ark_milan.pem");

    assertThat(new SnpJudge().judge(vector, true))
        .isEqualTo(new Verdict.Matched("parse-ok-signature-bad"));
    for (Bytes certificate : vector.files().values()) {
      assertThat(reason(verify(report("milan-v2"), List.of(certificate, chain), BEFORE)))
          .isEqualTo(Reason.SIGNATURE);
    }
  }

  private static void changed(String id, Instant at, Consumer<byte[]> change, Reason expected) {
    byte[] report = report(id).toArray();
    change.accept(report);
    Instant when = id.contains("v2") ? BEFORE : at;

    assertThat(reason(verify(id, Bytes.copyOf(report), when))).as(id).isEqualTo(expected);
  }

  private static Reason reason(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    return ((Refusal.Rejected) ((Verification.Refused) verification).refusal()).reason();
  }

  private static Verification verify(String id, Bytes report, Instant at) {
    return verify(report, List.of(part(id, "vek"), part(id, "chain")), at);
  }

  private static Verification verify(Bytes report, List<Bytes> certificates, Instant at) {
    return amd().verify(new Evidence(SnpVerifier.TECHNOLOGY, report, certificates), at);
  }

  private static SnpVerifier amd() {
    return new SnpVerifier(
        Anchors.pinned(SnpVerifier.AMD_ROOTS), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);
  }

  private static Evidence evidence(String id) {
    return new Evidence(
        SnpVerifier.TECHNOLOGY, report(id), List.of(part(id, "vek"), part(id, "chain")));
  }

  private static Vector vector(String id) {
    return Objects.requireNonNull(VECTORS.get(id), id);
  }

  private static Bytes report(String id) {
    return part(id, "report");
  }

  private static Bytes part(String id, String role) {
    return vector(id).file(role).orElseThrow();
  }

  private static Bytes file(String name) throws IOException {
    return Bytes.copyOf(Files.readAllBytes(folder.resolve(name)));
  }

  private static Bytes raw(long tcb) {
    return Bytes.ofHex("%016x".formatted(Long.reverseBytes(tcb)));
  }
}
