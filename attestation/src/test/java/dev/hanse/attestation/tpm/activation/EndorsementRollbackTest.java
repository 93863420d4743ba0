package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import dev.hanse.attestation.x509.TestKeys;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** A manufacturer's lists that are genuine and current, and older than what was seen before. */
class EndorsementRollbackTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final KeyPair KEYS = TestKeys.ec("secp384r1");
  private static final X509Certificate ROOT =
      new CertificateForge("CN=Maker", KEYS)
          .authority()
          .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
          .selfSigned(KEYS, Scheme.ECDSA_SHA384);
  private static final ASN1ObjectIdentifier EK_CERTIFICATE =
      new ASN1ObjectIdentifier("2.23.133.8.1");
  private static final CollateralStore.Id SERIES =
      new CollateralStore.Id(EndorsementTrust.REVOCATION_LISTS, Anchors.fingerprint(ROOT).hex());

  private final RollbackFloors floors = new RollbackFloors();
  private final Bytes certificate =
      CertificateForge.encoded(
          new CertificateForge("CN=TPM", TpmForge.ECC)
              .serial(5)
              .usage(KeyUsage.keyAgreement)
              .extension(
                  "2.5.29.37",
                  false,
                  CertificateForge.der(
                      new ExtendedKeyUsage(KeyPurposeId.getInstance(EK_CERTIFICATE))))
              .signedBy("CN=Maker", KEYS, Scheme.ECDSA_SHA384));

  @Test
  void takesListsWhoseNumbersRise() throws Rejection {
    judge(list().number(3));
    judge(list().number(3));
    judge(list().number(5));

    assertThat(floors.all()).isEqualTo(Map.of(SERIES, BigInteger.valueOf(5)));
  }

  @Test
  void takesListsWithoutNumbersAsLongAsNoneHadOne() throws Rejection {
    judge(list());
    judge(list());

    assertThat(floors.all()).isEmpty();
  }

  @Test
  void refusesAnEarlierListOrOneWithoutNumber() throws Rejection {
    judge(list().number(3));

    for (RevocationForge older : List.of(list().number(2), list())) {
      Rejection rejection = catchThrowableOfType(Rejection.class, () -> judge(older));

      assertThat(rejection).isNotNull();
      assertThat(rejection.refusal().reason()).isEqualTo(Reason.ROLLBACK);
      assertThat(rejection.refusal().detail()).contains(SERIES.key(), "number 3 was seen before");
    }
  }

  private void judge(RevocationForge list) throws Rejection {
    Bytes signed = list.signedBy(KEYS, Scheme.ECDSA_SHA384);
    new EndorsementTrust(
            List.of(ROOT),
            List.of(),
            Set.of(),
            Optional.of(() -> CollateralStore.of(Map.of(SERIES, signed))),
            floors)
        .judge(TpmForge.endorsement(TpmForge.ECC), List.of(certificate), NOW);
  }

  private static RevocationForge list() {
    return new RevocationForge("CN=Maker");
  }
}
