package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.x509.Anchors;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class ActivationTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String EK_PURPOSE = "2.23.133.8.1";

  private static final KeyPair ROOT_KEY = pair("EC");
  private static final KeyPair CA_KEY = pair("EC");
  private static final KeyPair EK = pair("RSA");
  private static final KeyPair ECC_EK = pair("EC");
  private static final X509Certificate ROOT =
      authority("CN=Root", ROOT_KEY, "CN=Root", ROOT_KEY, 3650);
  private static final X509Certificate CA = authority("CN=CA", CA_KEY, "CN=Root", ROOT_KEY, 1000);

  private final Bytes ekArea = TpmForge.endorsement(EK);
  private final Bytes ak =
      TpmForge.publicArea(
          TpmForge.ECC, TpmForge.AK_ATTRIBUTES, SigningScheme.ECDSA, TpmHash.SHA256);

  private static KeyPair pair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }

  private static X509Certificate authority(
      String subject, KeyPair key, String issuer, KeyPair issuerKey, int days) {
    try {
      return certificate(
          subject, key, issuer, issuerKey, KeyUsage.keyCertSign | KeyUsage.cRLSign, "", days);
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  @Test
  void aKeyIsKnownOnceItsTpmFoundTheSecret() throws Exception {
    EndorsementKey genuine = trust().judge(ekArea, List.of(leaf(EK)), NOW);
    Activation activation = Activation.begin(genuine, ak, RANDOM);

    Bytes secret = opened(activation.challenge(), EK, TpmPublic.read(ak).name());

    assertThat(activation.redeem(secret))
        .contains(
            new KnownKey(
                TpmPublic.read(ak).name(),
                Optional.of(TpmPublic.read(ekArea).name()),
                NOW.plus(Duration.ofDays(365))));
    assertThat(activation.toString()).doesNotContain(secret.hex());
  }

  @Test
  void aWrongSecretMakesNoKeyKnown() throws Exception {
    EndorsementKey genuine = trust().judge(ekArea, List.of(leaf(EK)), NOW);
    Activation activation = Activation.begin(genuine, ak, RANDOM);

    assertThat(activation.redeem(Bytes.copyOf(new byte[32]))).isEmpty();
    assertThat(activation.redeem(Bytes.copyOf(new byte[0]))).isEmpty();
  }

  @Test
  void everyChallengeHasASecretOfItsOwn() throws Exception {
    EndorsementKey genuine = trust().judge(ekArea, List.of(leaf(EK)), NOW);
    Bytes name = TpmPublic.read(ak).name();

    assertThat(opened(Activation.begin(genuine, ak, RANDOM).challenge(), EK, name))
        .isNotEqualTo(opened(Activation.begin(genuine, ak, RANDOM).challenge(), EK, name));
  }

  @Test
  void aKeyThatIsNoAttestationKeyIsNotActivated() throws Exception {
    EndorsementKey genuine = trust().judge(ekArea, List.of(leaf(EK)), NOW);
    Bytes unrestricted =
        TpmForge.publicArea(TpmForge.ECC, 0x00040072, SigningScheme.ECDSA, TpmHash.SHA256);

    refused(Reason.AK_ATTRIBUTES, () -> Activation.begin(genuine, unrestricted, RANDOM));
  }

  @Test
  void wrapsSecretsOfOneByteToADigestOnlyAndOnlyToKeysThatUnwrap() throws Exception {
    TpmPublic area = TpmPublic.read(ekArea);
    Bytes name = TpmPublic.read(ak).name();
    for (int size : new int[] {0, 33}) {
      assertThatThrownBy(
              () -> CredentialChallenge.make(area, name, Bytes.copyOf(new byte[size]), RANDOM))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int size : new int[] {1, 32}) {
      assertThat(CredentialChallenge.make(area, name, Bytes.copyOf(new byte[size]), RANDOM))
          .isNotNull();
    }
    refused(
        Reason.KEY,
        () ->
            CredentialChallenge.make(TpmPublic.read(ak), name, Bytes.copyOf(new byte[1]), RANDOM));
  }

  @Test
  void believesAnEccEndorsementKeyByItsCertificate() throws Exception {
    X509Certificate leaf =
        certificate("CN=EK", ECC_EK, "CN=CA", CA_KEY, KeyUsage.keyAgreement, EK_PURPOSE, 365);

    assertThat(trust().judge(TpmForge.endorsement(ECC_EK), List.of(der(leaf)), NOW).endorsedUntil())
        .isEqualTo(NOW.plus(Duration.ofDays(365)));
  }

  @Test
  void believesAPinnedKeyWithoutCertificateAndNoOther() throws Exception {
    Bytes name = TpmPublic.read(ekArea).name();
    EndorsementTrust pinning =
        new EndorsementTrust(List.of(), List.of(), Set.of(name), Optional.empty());

    assertThat(pinning.judge(ekArea, List.of(), NOW).endorsedUntil()).isEqualTo(Instant.MAX);
    refused(Reason.EK_CERTIFICATE, () -> trust().judge(ekArea, List.of(), NOW));
  }

  @Test
  void refusesACertificateOfAnotherKey() {
    refused(Reason.EK_CERTIFICATE, () -> trust().judge(ekArea, List.of(leaf(rsa())), NOW));
    refused(
        Reason.EK_CERTIFICATE,
        () ->
            trust()
                .judge(
                    TpmForge.endorsement(ECC_EK),
                    List.of(
                        der(
                            certificate(
                                "CN=EK",
                                TpmForge.ECC,
                                "CN=CA",
                                CA_KEY,
                                KeyUsage.keyAgreement,
                                EK_PURPOSE,
                                365))),
                    NOW));
  }

  @Test
  void refusesCertificatesThatAreNoneOfAnEndorsementKey() {
    for (X509Certificate leaf :
        List.of(
            certificate("CN=EK", EK, "CN=CA", CA_KEY, KeyUsage.keyEncipherment, "", 365),
            certificate("CN=EK", EK, "CN=CA", CA_KEY, KeyUsage.digitalSignature, EK_PURPOSE, 365),
            certificate(
                "CN=EK",
                EK,
                "CN=CA",
                CA_KEY,
                KeyUsage.keyEncipherment,
                "1.3.6.1.5.5.7.3.2",
                365))) {
      refused(Reason.KEY_USAGE, () -> trust().judge(ekArea, List.of(der(leaf)), NOW));
    }
  }

  @Test
  void refusesCertificatesOfAnotherRootExpiredOrNotYetValid() {
    EndorsementTrust other =
        new EndorsementTrust(
            List.of(certificate("CN=Root", CA_KEY, "CN=Root", CA_KEY, KeyUsage.keyCertSign, "", 9)),
            List.of(CA),
            Set.of(),
            Optional.empty());
    assertThatThrownBy(() -> other.judge(ekArea, List.of(leaf(EK)), NOW))
        .isInstanceOf(Rejection.class);
    refused(
        Reason.UNTRUSTED_ROOT,
        () ->
            new EndorsementTrust(List.of(), List.of(CA, ROOT), Set.of(), Optional.empty())
                .judge(ekArea, List.of(leaf(EK)), NOW));
    refused(
        Reason.CERT_EXPIRED,
        () -> trust().judge(ekArea, List.of(leaf(EK)), NOW.plus(Duration.ofDays(366))));
    refused(
        Reason.CERT_NOT_YET_VALID,
        () -> trust().judge(ekArea, List.of(leaf(EK)), NOW.minus(Duration.ofDays(2))));
  }

  @Test
  void takesIntermediatesThatTheNodeBroughtButNoRoots() throws Exception {
    EndorsementTrust bare =
        new EndorsementTrust(List.of(ROOT), List.of(), Set.of(), Optional.empty());
    assertThat(bare.judge(ekArea, List.of(leaf(EK), der(CA)), NOW)).isNotNull();
    assertThatThrownBy(() -> bare.judge(ekArea, List.of(leaf(EK)), NOW))
        .isInstanceOf(Rejection.class);
    EndorsementTrust none = new EndorsementTrust(List.of(), List.of(), Set.of(), Optional.empty());
    assertThatThrownBy(() -> none.judge(ekArea, List.of(leaf(EK), der(CA), der(ROOT)), NOW))
        .isInstanceOf(Rejection.class);
  }

  @Test
  void refusesAKeyThatIsNoEndorsementKeyThoughPinned() throws Exception {
    EndorsementTrust pinning =
        new EndorsementTrust(
            List.of(), List.of(), Set.of(TpmPublic.read(ak).name()), Optional.empty());
    refused(Reason.EK_CERTIFICATE, () -> pinning.judge(ak, List.of(), NOW));
  }

  @Test
  void holdsEveryAuthoritysRevocationListAgainstTheChain() throws Exception {
    Bytes clean = crl("CN=CA", CA_KEY, Optional.empty());
    Bytes revoking = crl("CN=CA", CA_KEY, Optional.of(BigInteger.TWO));
    Bytes ofRoot = crl("CN=Root", ROOT_KEY, Optional.empty());

    assertThat(
            listed(Map.of(id(CA), clean, id(ROOT), ofRoot))
                .judge(ekArea, List.of(leaf(EK)), NOW)
                .endorsedUntil())
        .isEqualTo(NOW.plus(Duration.ofDays(7)));
    refused(
        Reason.CERT_REVOKED,
        () ->
            listed(Map.of(id(CA), revoking, id(ROOT), ofRoot))
                .judge(ekArea, List.of(leaf(EK)), NOW));
    refused(
        Reason.CRL_MISSING,
        () -> listed(Map.of(id(CA), clean)).judge(ekArea, List.of(leaf(EK)), NOW));
  }

  private static CollateralStore.Id id(X509Certificate authority) {
    return new CollateralStore.Id(
        EndorsementTrust.REVOCATION_LISTS, Anchors.fingerprint(authority).hex());
  }

  private static EndorsementTrust listed(Map<CollateralStore.Id, Bytes> lists) {
    return new EndorsementTrust(
        List.of(ROOT), List.of(CA), Set.of(), Optional.of(() -> CollateralStore.of(lists)));
  }

  private static EndorsementTrust trust() {
    return new EndorsementTrust(List.of(ROOT), List.of(CA), Set.of(), Optional.empty());
  }

  /** What a TPM does, in software. */
  private static Bytes opened(CredentialChallenge challenge, KeyPair key, Bytes name)
      throws Exception {
    Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
    rsa.init(Cipher.DECRYPT_MODE, key.getPrivate(), CredentialChallenge.oaep(TpmHash.SHA256));
    byte[] seed = rsa.doFinal(challenge.encryptedSecret().toArray());
    byte[] blob = challenge.credentialBlob().toArray();
    Cipher aes = Cipher.getInstance("AES/CFB/NoPadding");
    aes.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(
            KeyDerivation.kdfa(TpmHash.SHA256, seed, "STORAGE", name.toArray(), 128), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] clear = aes.doFinal(blob, 34, blob.length - 34);
    Bytes secret = Bytes.copyOf(Arrays.copyOfRange(clear, 2, clear.length));
    TpmPublic area = TpmPublic.read(TpmForge.endorsement(key));
    assertThat(CredentialChallenge.idObject(area, name, secret, seed))
        .isEqualTo(challenge.credentialBlob());
    return secret;
  }

  private static KeyPair rsa() {
    return TpmForge.RSA;
  }

  private static Bytes leaf(KeyPair key) {
    return der(
        certificate("CN=EK", key, "CN=CA", CA_KEY, KeyUsage.keyEncipherment, EK_PURPOSE, 365));
  }

  private static Bytes der(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  private static X509Certificate certificate(
      String subject,
      KeyPair key,
      String issuer,
      KeyPair issuerKey,
      int usage,
      String purpose,
      int days) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.TWO,
              Date.from(NOW.minus(Duration.ofDays(1))),
              Date.from(NOW.plus(Duration.ofDays(days))),
              new X500Name(subject),
              key.getPublic());
      builder.addExtension(
          Extension.basicConstraints,
          true,
          new BasicConstraints((usage & KeyUsage.keyCertSign) != 0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      if (!purpose.isEmpty()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(purpose))));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }

  private static Bytes crl(String issuer, KeyPair key, Optional<BigInteger> revoked)
      throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(new X500Name(issuer), Date.from(NOW.minus(Duration.ofHours(1))));
    builder.setNextUpdate(Date.from(NOW.plus(Duration.ofDays(7))));
    revoked.ifPresent(
        serial -> builder.addCRLEntry(serial, Date.from(NOW), CRLReason.keyCompromise));
    return Bytes.copyOf(
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
            .getEncoded());
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
