package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class EndorsementTrustTest {
  private final Bytes ekArea = TpmForge.endorsement(EndorsementForge.EK);
  private final Bytes ak =
      TpmForge.publicArea(
          TpmForge.ECC, TpmForge.AK_ATTRIBUTES, SigningScheme.ECDSA, TpmHash.SHA256);

  @Test
  void believesAnEccEndorsementKeyByItsCertificate() throws Exception {
    X509Certificate leaf =
        EndorsementForge.certificate(
            "CN=EK",
            EndorsementForge.ECC_EK,
            "CN=CA",
            EndorsementForge.CA_KEY,
            KeyUsage.keyAgreement,
            EndorsementForge.EK_PURPOSE,
            365);

    assertThat(
            EndorsementForge.trust()
                .judge(
                    TpmForge.endorsement(EndorsementForge.ECC_EK),
                    List.of(EndorsementForge.der(leaf)),
                    EndorsementForge.NOW)
                .endorsedUntil())
        .isEqualTo(EndorsementForge.NOW.plus(Duration.ofDays(365)));
  }

  @Test
  void believesAPinnedKeyWithoutCertificateAndNoOther() throws Exception {
    Bytes name = TpmPublic.read(ekArea).name();
    EndorsementTrust pinning =
        new EndorsementTrust(List.of(), List.of(), Set.of(name), Optional.empty());

    assertThat(pinning.judge(ekArea, List.of(), EndorsementForge.NOW).endorsedUntil())
        .isEqualTo(Instant.MAX);
    refused(
        Reason.EK_CERTIFICATE,
        () -> EndorsementForge.trust().judge(ekArea, List.of(), EndorsementForge.NOW));
  }

  @Test
  void refusesACertificateOfAnotherKey() {
    refused(
        Reason.EK_CERTIFICATE,
        () ->
            EndorsementForge.trust()
                .judge(ekArea, List.of(EndorsementForge.leaf(TpmForge.RSA)), EndorsementForge.NOW));
    refused(
        Reason.EK_CERTIFICATE,
        () ->
            EndorsementForge.trust()
                .judge(
                    TpmForge.endorsement(EndorsementForge.ECC_EK),
                    List.of(
                        EndorsementForge.der(
                            EndorsementForge.certificate(
                                "CN=EK",
                                TpmForge.ECC,
                                "CN=CA",
                                EndorsementForge.CA_KEY,
                                KeyUsage.keyAgreement,
                                EndorsementForge.EK_PURPOSE,
                                365))),
                    EndorsementForge.NOW));
  }

  @Test
  void refusesCertificatesThatAreNoneOfAnEndorsementKey() {
    for (X509Certificate leaf :
        List.of(
            EndorsementForge.certificate(
                "CN=EK",
                EndorsementForge.EK,
                "CN=CA",
                EndorsementForge.CA_KEY,
                KeyUsage.keyEncipherment,
                "",
                365),
            EndorsementForge.certificate(
                "CN=EK",
                EndorsementForge.EK,
                "CN=CA",
                EndorsementForge.CA_KEY,
                KeyUsage.digitalSignature,
                EndorsementForge.EK_PURPOSE,
                365),
            EndorsementForge.certificate(
                "CN=EK",
                EndorsementForge.EK,
                "CN=CA",
                EndorsementForge.CA_KEY,
                KeyUsage.keyEncipherment,
                "1.3.6.1.5.5.7.3.2",
                365))) {
      refused(
          Reason.KEY_USAGE,
          () ->
              EndorsementForge.trust()
                  .judge(ekArea, List.of(EndorsementForge.der(leaf)), EndorsementForge.NOW));
    }
  }

  @Test
  void refusesCertificatesOfAnotherRootExpiredOrNotYetValid() {
    EndorsementTrust other =
        new EndorsementTrust(
            List.of(
                EndorsementForge.certificate(
                    "CN=Root",
                    EndorsementForge.CA_KEY,
                    "CN=Root",
                    EndorsementForge.CA_KEY,
                    KeyUsage.keyCertSign,
                    "",
                    9)),
            List.of(EndorsementForge.CA),
            Set.of(),
            Optional.empty());
    assertThatThrownBy(() ->
            other.judge(
                ekArea, List.of(EndorsementForge.leaf(EndorsementForge.EK)), EndorsementForge.NOW))
        .isInstanceOf(Rejection.class);
    refused(
        Reason.UNTRUSTED_ROOT,
        () ->
            new EndorsementTrust(
                    List.of(),
                    List.of(EndorsementForge.CA, EndorsementForge.ROOT),
                    Set.of(),
                    Optional.empty())
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW));
    refused(
        Reason.CERT_EXPIRED,
        () ->
            EndorsementForge.trust()
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW.plus(Duration.ofDays(366))));
    refused(
        Reason.CERT_NOT_YET_VALID,
        () ->
            EndorsementForge.trust()
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW.minus(Duration.ofDays(2))));
  }

  @Test
  void takesIntermediatesThatTheNodeBroughtButNoRoots() throws Exception {
    EndorsementTrust bare =
        new EndorsementTrust(List.of(EndorsementForge.ROOT), List.of(), Set.of(), Optional.empty());
    assertThat(
            bare.judge(
                ekArea,
                List.of(
                    EndorsementForge.leaf(EndorsementForge.EK),
                    EndorsementForge.der(EndorsementForge.CA)),
                EndorsementForge.NOW))
        .isNotNull();
    assertThatThrownBy(() ->
            bare.judge(
                ekArea, List.of(EndorsementForge.leaf(EndorsementForge.EK)), EndorsementForge.NOW))
        .isInstanceOf(Rejection.class);
    EndorsementTrust none = new EndorsementTrust(List.of(), List.of(), Set.of(), Optional.empty());
    assertThatThrownBy(() ->
            none.judge(
                ekArea,
                List.of(
                    EndorsementForge.leaf(EndorsementForge.EK),
                    EndorsementForge.der(EndorsementForge.CA),
                    EndorsementForge.der(EndorsementForge.ROOT)),
                EndorsementForge.NOW))
        .isInstanceOf(Rejection.class);
  }

  @Test
  void refusesAKeyThatIsNoEndorsementKeyThoughPinned() throws Exception {
    EndorsementTrust pinning =
        new EndorsementTrust(
            List.of(), List.of(), Set.of(TpmPublic.read(ak).name()), Optional.empty());
    refused(Reason.EK_CERTIFICATE, () -> pinning.judge(ak, List.of(), EndorsementForge.NOW));
  }

  @Test
  void holdsEveryAuthoritysRevocationListAgainstTheChain() throws Exception {
    Bytes clean = EndorsementForge.crl("CN=CA", EndorsementForge.CA_KEY, Optional.empty());
    Bytes revoking =
        EndorsementForge.crl("CN=CA", EndorsementForge.CA_KEY, Optional.of(BigInteger.TWO));
    Bytes ofRoot = EndorsementForge.crl("CN=Root", EndorsementForge.ROOT_KEY, Optional.empty());

    assertThat(
            EndorsementForge.listed(
                    Map.of(
                        EndorsementForge.id(EndorsementForge.CA),
                        clean,
                        EndorsementForge.id(EndorsementForge.ROOT),
                        ofRoot))
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW)
                .endorsedUntil())
        .isEqualTo(EndorsementForge.NOW.plus(Duration.ofDays(7)));
    refused(
        Reason.CERT_REVOKED,
        () ->
            EndorsementForge.listed(
                    Map.of(
                        EndorsementForge.id(EndorsementForge.CA),
                        revoking,
                        EndorsementForge.id(EndorsementForge.ROOT),
                        ofRoot))
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW));
    refused(
        Reason.CRL_MISSING,
        () ->
            EndorsementForge.listed(Map.of(EndorsementForge.id(EndorsementForge.CA), clean))
                .judge(
                    ekArea,
                    List.of(EndorsementForge.leaf(EndorsementForge.EK)),
                    EndorsementForge.NOW));
  }

  @Test
  void refusesACertificateThatMayCertifyOthers() {
    for (BasicConstraints authority :
        List.of(new BasicConstraints(true), new BasicConstraints(0))) {
      X509Certificate leaf =
          EndorsementForge.certificate(
              "CN=EK",
              EndorsementForge.EK,
              "CN=CA",
              EndorsementForge.CA_KEY,
              KeyUsage.keyEncipherment,
              EndorsementForge.EK_PURPOSE,
              365,
              authority);
      refused(
          Reason.KEY_USAGE,
          () ->
              EndorsementForge.trust()
                  .judge(ekArea, List.of(EndorsementForge.der(leaf)), EndorsementForge.NOW));
    }
  }

  @Test
  void takesEightCertificatesAndNoMore() throws Exception {
    List<Bytes> eight = new ArrayList<>(List.of(EndorsementForge.leaf(EndorsementForge.EK)));
    eight.addAll(Collections.nCopies(7, EndorsementForge.der(EndorsementForge.CA)));
    assertThat(EndorsementForge.bare().judge(ekArea, eight, EndorsementForge.NOW)).isNotNull();

    List<Bytes> nine = new ArrayList<>(eight);
    nine.add(EndorsementForge.der(EndorsementForge.CA));
    refused(
        Reason.EK_CERTIFICATE,
        () -> EndorsementForge.bare().judge(ekArea, nine, EndorsementForge.NOW));
  }

  /** A chain of eight ends at its root; one of nine ends before, at nobody who is trusted. */
  @Test
  void followsAChainOfEightAndNoFurther() throws Exception {
    for (int intermediates : new int[] {6, 7}) {
      List<Bytes> chain = new ArrayList<>();
      KeyPair above = EndorsementForge.ROOT_KEY;
      String issuer = "CN=Root";
      for (int i = 0; i < intermediates; i++) {
        KeyPair key = EndorsementForge.pair("EC");
        X509Certificate made = EndorsementForge.authority("CN=CA " + i, key, issuer, above, 900);
        chain.add(EndorsementForge.der(made));
        above = key;
        issuer = "CN=CA " + i;
      }
      chain.add(
          0,
          EndorsementForge.der(
              EndorsementForge.certificate(
                  "CN=EK",
                  EndorsementForge.EK,
                  issuer,
                  above,
                  KeyUsage.keyEncipherment,
                  EndorsementForge.EK_PURPOSE,
                  365)));
      if (intermediates == 6) {
        assertThat(EndorsementForge.bare().judge(ekArea, chain, EndorsementForge.NOW)).isNotNull();
      } else {
        refused(
            Reason.UNTRUSTED_ROOT,
            () -> EndorsementForge.bare().judge(ekArea, chain, EndorsementForge.NOW));
      }
    }
  }

  private interface Attempt {
    void make() throws Exception;
  }

  private static void refused(Reason reason, Attempt attempt) {
    assertThatThrownBy(attempt::make)
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> assertThat(rejection.refusal().reason()).isEqualTo(reason));
  }
}
