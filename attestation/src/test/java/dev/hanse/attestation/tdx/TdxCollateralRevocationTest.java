package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the revocation lists in collateral name, and whose lists they are. */
class TdxCollateralRevocationTest {
  private final TdxForge forge = new TdxForge();

  @Test
  void refusesARevokedPlatform() {
    forge.revokedByCa.add(ForgedPki.make(forge.pckWish()));

    revocationRefused(Reason.PCK_REVOKED);
  }

  @Test
  void refusesARevokedAuthority() {
    forge.revokedByRoot.add(ForgedPki.make(forge.ca));

    revocationRefused(Reason.CERT_REVOKED);
  }

  @Test
  void refusesARevokedSignerOfTcbInfo() {
    forge.revokedByRoot.add(ForgedPki.make(forge.tcbSigner));

    revocationRefused(Reason.SIGNER_REVOKED);
  }

  @Test
  void refusesARevokedSignerOfTcbInfoAlone() {
    forge.tcbSigner = anotherSigner();
    claims(forge.verify());

    forge.revokedByRoot.add(ForgedPki.make(forge.tcbSigner));

    revocationRefused(Reason.SIGNER_REVOKED);
  }

  @Test
  void refusesARevokedSignerOfTheQeIdentityAlone() {
    forge.qeSigner = anotherSigner();
    claims(forge.verify());

    forge.revokedByRoot.add(ForgedPki.make(forge.qeSigner));

    revocationRefused(Reason.SIGNER_REVOKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"root_ca_crl", "pck_crl"})
  void refusesAListThatIsEmptyBrokenOrAnothers(String field) {
    Map<String, String> good = forge.fields();
    String others = field.equals("pck_crl") ? "root_ca_crl" : "pck_crl";

    forge.bundle.put(field, "");
    revocationRefused(Reason.CRL_MISSING);
    forge.bundle.put(field, "zz");
    revocationRefused(Reason.CRL_SIGNATURE);
    forge.bundle.put(field, "00");
    revocationRefused(Reason.CRL_SIGNATURE);
    forge.bundle.put(field, good.getOrDefault(others, ""));
    revocationRefused(Reason.CRL_ISSUER);
  }

  @Test
  void refusesListsSignedByAnotherKey() {
    ForgedKey rogue = ForgedKey.named("rogue");
    forge.bundle.put("pck_crl", list(ForgedPki.PLATFORM_CA, rogue, TdxForge.ISSUED));
    revocationRefused(Reason.CRL_SIGNATURE);

    forge.bundle.clear();
    forge.bundle.put("root_ca_crl", list(ForgedPki.ROOT, rogue, TdxForge.ISSUED));
    revocationRefused(Reason.CRL_SIGNATURE);
  }

  private String list(String issuer, ForgedKey key, Instant from) {
    return ForgedPki.list(issuer, key, Set.of(), from, TdxForge.NEXT).hex();
  }

  /** Of the same name and key as the other, with a certificate of its own. */
  private ForgedPki.Wish anotherSigner() {
    return new ForgedPki.Wish(
        ForgedPki.TCB_SIGNER,
        forge.tcbKey,
        ForgedPki.ROOT,
        forge.rootKey,
        4,
        ForgedPki.FROM,
        ForgedPki.UNTIL,
        -1,
        KeyUsage.digitalSignature,
        Bytes.copyOf(new byte[0]));
  }

  private void revocationRefused(Reason reason) {
    refused(forge.verify(), Stage.REVOCATION, reason);
  }
}
