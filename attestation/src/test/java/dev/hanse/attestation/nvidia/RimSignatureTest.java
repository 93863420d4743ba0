package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.xml.crypto.dsig.Transform;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Signatures of manifests that are of another shape, or by somebody else. */
class RimSignatureTest {
  private static final RimForge FORGE = new RimForge();
  private static final Anchors ANCHORS = Anchors.of(List.of(FORGE.root.certificate()));

  @TestFactory
  Stream<DynamicTest> refusesSignaturesOfAnotherShape() {
    Map<String, Consumer<RimForge.Shape>> cases = new LinkedHashMap<>();
    cases.put("other canonical form", shape -> shape.canonical = RimForge.EXCLUSIVE);
    cases.put("other signature", shape -> shape.signature = RimForge.ECDSA_SHA256);
    cases.put("other digest", shape -> shape.digest = RimForge.SHA256);
    cases.put("two references", shape -> shape.references = 2);
    cases.put("an object", shape -> shape.object = true);
    cases.put(
        "an object signed instead",
        shape -> {
          shape.object = true;
          shape.uri = "#o";
          shape.transforms = List.of(RimForge.C14N_11);
        });
    cases.put("one transform", shape -> shape.transforms = List.of(Transform.ENVELOPED));
    cases.put(
        "another transform",
        shape -> shape.transforms = List.of(Transform.ENVELOPED, RimForge.EXCLUSIVE));
    cases.put(
        "a transform more",
        shape ->
            shape.transforms = List.of(Transform.ENVELOPED, RimForge.C14N_11, RimForge.C14N_11));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey(),
                () -> {
                  RimForge.Shape shape = new RimForge.Shape();
                  each.getValue().accept(shape);
                  assertThat(outcome(FORGE.signed(RimForge.driver(), shape)))
                      .isEqualTo("XML_SIGNATURE");
                }));
  }

  @Test
  void refusesChainsThatDoNotEndAtTheConfiguredRoot() {
    RimForge stranger = new RimForge();
    String xml = RimForge.driver();
    RimForge.Shape shape = new RimForge.Shape();

    assertThat(outcome(stranger.signed(xml))).isEqualTo("UNTRUSTED_ROOT");
    assertThat(outcome(RimForge.signed(xml, shape, FORGE.signer, FORGE.signer))).isEqualTo("CHAIN");
    assertThat(outcome(RimForge.signed(xml, shape, FORGE.signer, FORGE.signer, FORGE.root)))
        .isEqualTo("CHAIN");
    assertThat(outcome(RimForge.signed(xml, shape, FORGE.signer, FORGE.signer, FORGE.issuer)))
        .isEqualTo("CHAIN");
    assertThat(
            outcome(
                RimForge.signed(
                    xml, shape, stranger.signer, stranger.signer, stranger.issuer, FORGE.root)))
        .isEqualTo("SIGNATURE");
    assertThat(
            outcome(
                RimForge.signed(xml, shape, FORGE.issuer, FORGE.signer, FORGE.issuer, FORGE.root)))
        .isEqualTo("XML_SIGNATURE");
    assertThat(
            outcome(
                RimForge.signed(
                    xml,
                    shape,
                    FORGE.signer,
                    FORGE.signer,
                    FORGE.issuer,
                    FORGE.root,
                    FORGE.root,
                    FORGE.root,
                    FORGE.root,
                    FORGE.root,
                    FORGE.root,
                    FORGE.root)))
        .isEqualTo("CHAIN");
  }

  @Test
  void takesChainsOfTwoToEightCertificates() {
    List<TestAuthority> chain = new ArrayList<>(List.of(FORGE.root));
    for (int count = 2; count <= 9; count++) {
      TestAuthority signer = chain.getFirst().issue(leaf());
      List<TestAuthority> leafFirst = new ArrayList<>(chain);
      leafFirst.addFirst(signer);
      assertThat(
              outcome(
                  RimForge.signed(
                      RimForge.driver(),
                      new RimForge.Shape(),
                      signer,
                      leafFirst.toArray(TestAuthority[]::new))))
          .as("%d certificates", count)
          .isEqualTo(count == 9 ? "CHAIN" : "OK");
      chain.addFirst(chain.getFirst().issue(TestAuthority.named("CN=level " + count)));
    }
  }

  @Test
  void refusesSignersThatAreForSomethingElseOrOutOfTime() {
    assertThat(signedBy(leaf().usage(-1))).isEqualTo("KEY_USAGE");
    assertThat(signedBy(leaf().usage(KeyUsage.cRLSign))).isEqualTo("KEY_USAGE");
    assertThat(signedBy(leaf().authority(true))).isEqualTo("KEY_USAGE");
    assertThat(signedBy(leaf().authority(true).pathLength(0))).isEqualTo("KEY_USAGE");
    assertThat(signedBy(leaf().algorithm("SHA256withECDSA"))).isEqualTo("KEY_TYPE");
    assertThat(signedBy(leaf().valid(NvidiaForge.NOW, NvidiaForge.NOW))).isEqualTo("OK");
    assertThat(signedBy(leaf().valid(Instant.EPOCH, NvidiaForge.NOW.minusSeconds(1))))
        .isEqualTo("CERT_EXPIRED");
    assertThat(
            signedBy(leaf().valid(NvidiaForge.NOW.plusSeconds(1), NvidiaForge.NOW.plusSeconds(9))))
        .isEqualTo("CERT_NOT_YET_VALID");
  }

  private static TestAuthority.Wish leaf() {
    return TestAuthority.named("CN=Reference Value L4").leaf();
  }

  private static String signedBy(TestAuthority.Wish wish) {
    TestAuthority signer = FORGE.issuer.issue(wish);
    return outcome(
        RimForge.signed(
            RimForge.driver(), new RimForge.Shape(), signer, signer, FORGE.issuer, FORGE.root));
  }

  private static String outcome(Bytes xml) {
    try {
      RimDocument.verified(xml, ANCHORS, NvidiaForge.NOW);
      return "OK";
    } catch (Rejection rejection) {
      assertThat(rejection.refusal().stage().name()).isEqualTo("ENDORSEMENT");
      return rejection.refusal().reason().name();
    }
  }
}
