package dev.hanse.attestation.tdx;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.Ecdsa;
import dev.hanse.attestation.x509.RevocationList;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Intel publishes on a platform and its quoting enclave, checked: every piece signed by the
 * one who may, over the bytes as they were received, current, and none of the signers revoked.
 *
 * <p>Kept as one JSON object of texts, the form in which the usual caching services hand collateral
 * on:
 *
 * <ul>
 *   <li>{@code tcb_info}, {@code qe_identity}: Intel's JSON, as it came
 *   <li>{@code tcb_info_signature}, {@code qe_identity_signature}: r and s, hexadecimal
 *   <li>{@code tcb_info_issuer_chain}, {@code qe_identity_issuer_chain}: PEM, signer and root
 *   <li>{@code root_ca_crl}, {@code pck_crl}: DER in hexadecimal
 *   <li>{@code pck_crl_issuer_chain}: may be there and is not read: the list must be that of the
 *       very CA which issued the platform's certificate
 * </ul>
 *
 * @param revoked the platforms' certificates that are revoked; {@link #refuseRevoked} asks it
 * @param validUntil when the first of all that expires
 * @param numbers of each piece in its series, by which older ones are told; empty where a list has
 *     none
 */
record TdxCollateral(
    TcbInfo tcbInfo,
    QeIdentity qeIdentity,
    RevocationList revoked,
    Instant validUntil,
    Map<CollateralStore.Id, Optional<BigInteger>> numbers) {
  static final int LIMIT_BYTES = 1024 * 1024;

  private static final Set<String> FIELDS =
      Set.of(
          "tcb_info",
          "tcb_info_signature",
          "tcb_info_issuer_chain",
          "qe_identity",
          "qe_identity_signature",
          "qe_identity_issuer_chain",
          "root_ca_crl",
          "pck_crl",
          "pck_crl_issuer_chain");
  private static final int SIGNATURE_BYTES = 64;

  /** A time as a number that rises with it and can be read: year to second. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * Checks a bundle, except for the revocation of the platform itself.
   *
   * @param platform the platform's chain, already trusted
   */
  static TdxCollateral verify(Bytes bundle, Chain platform, Anchors anchors, Instant at)
      throws Rejection {
    JsonFields json = StrictJson.read(bundle, LIMIT_BYTES, "TDX collateral").only(FIELDS);
    Chain tcbSigner = signer(json, "tcb_info_issuer_chain", platform, anchors, at);
    TcbInfo tcbInfo = TcbInfo.read(signed(json, "tcb_info", tcbSigner, Reason.TCBINFO_SIGNATURE));
    checkWindow("TCB info", tcbInfo.issueDate(), tcbInfo.nextUpdate(), at);
    // Intel has one signer for both, and what was followed once need not be followed again.
    Chain qeSigner =
        json.text("qe_identity_issuer_chain").equals(json.text("tcb_info_issuer_chain"))
            ? tcbSigner
            : signer(json, "qe_identity_issuer_chain", platform, anchors, at);
    QeIdentity qeIdentity =
        QeIdentity.read(signed(json, "qe_identity", qeSigner, Reason.QEID_SIGNATURE));
    checkWindow("QE identity", qeIdentity.issueDate(), qeIdentity.nextUpdate(), at);
    RevocationList byRoot = byRoot(json, platform, tcbSigner, qeSigner, at);
    RevocationList byAuthority = list(json, "pck_crl", platform.path().get(1), at);
    return new TdxCollateral(
        tcbInfo,
        qeIdentity,
        byAuthority,
        earliest(
            tcbSigner.validUntil(),
            qeSigner.validUntil(),
            tcbInfo.nextUpdate(),
            qeIdentity.nextUpdate(),
            byRoot.nextUpdate(),
            byAuthority.nextUpdate()),
        Map.of(
            series("tcb-info", tcbInfo.fmspc().hex()),
            Optional.of(BigInteger.valueOf(tcbInfo.evaluation())),
            series("qe-identity", "TD_QE"),
            Optional.of(BigInteger.valueOf(qeIdentity.evaluation())),
            series("root-ca-crl", Certificates.commonName(platform.path().getLast())),
            byRoot.number(),
            series("pck-crl", Certificates.commonName(platform.path().get(1))),
            byAuthority.number(),
            series("root-ca-crl-time", tcbInfo.fmspc().hex()),
            Optional.of(time(byRoot)),
            series("pck-crl-time", tcbInfo.fmspc().hex()),
            Optional.of(time(byAuthority))));
  }

  /**
   * Refuses a platform whose certificate was revoked.
   *
   * @param platform under the same authority as the one the collateral was checked with
   */
  void refuseRevoked(Chain platform) throws Rejection {
    refuseRevoked(revoked, platform.leaf(), Reason.PCK_REVOKED, "the platform's certificate");
  }

  private static Chain signer(
      JsonFields json, String name, Chain platform, Anchors anchors, Instant at) throws Rejection {
    Chain chain;
    try {
      chain =
          Chain.verify(Certificates.ofPem(bytes(json.text(name))), anchors, at, IntelPki.PROFILE);
    } catch (Rejection broken) {
      throw new Rejection(
          Stage.COLLATERAL, ofWindow(broken.refusal().reason()), broken.refusal().detail());
    }
    boolean tcbInfo = name.startsWith("tcb");
    StrictJson.require(
        IntelPki.isCollateralSigner(chain),
        tcbInfo ? Reason.TCBINFO_SIGNER : Reason.SIGNER,
        name + " is not that of Intel's signer of collateral");
    StrictJson.require(
        chain.path().getLast().equals(platform.path().getLast()),
        Reason.UNTRUSTED_ROOT,
        name + " has another root than the platform");
    return chain;
  }

  /** Certificates are part of the collateral's window. */
  private static Reason ofWindow(Reason reason) {
    if (reason == Reason.CERT_EXPIRED) {
      return Reason.EXPIRED;
    }
    return reason == Reason.CERT_NOT_YET_VALID ? Reason.NOT_YET_VALID : reason;
  }

  private static Bytes signed(JsonFields json, String name, Chain signer, Reason otherwise)
      throws Rejection {
    Bytes document = bytes(json.text(name));
    Ecdsa key = Ecdsa.ofKey(Ecdsa.Curve.P256, signer.leaf().getPublicKey());
    StrictJson.require(
        key.signs(document.sha256().toArray(), json.hex(name + "_signature", SIGNATURE_BYTES)),
        otherwise,
        name + " is not what Intel signed");
    return document;
  }

  private static void checkWindow(String what, Instant from, Instant until, Instant at)
      throws Rejection {
    StrictJson.require(!at.isBefore(from), Reason.NOT_YET_VALID, what + " is of " + from);
    StrictJson.require(!at.isAfter(until), Reason.EXPIRED, what + " was good until " + until);
  }

  private static RevocationList byRoot(
      JsonFields json, Chain platform, Chain tcbSigner, Chain qeSigner, Instant at)
      throws Rejection {
    RevocationList list = list(json, "root_ca_crl", platform.path().getLast(), at);
    X509Certificate authority = platform.path().get(1);
    refuseRevoked(list, authority, Reason.CERT_REVOKED, "the CA of the platform's certificate");
    refuseRevoked(list, tcbSigner.leaf(), Reason.SIGNER_REVOKED, "the signer of the TCB info");
    refuseRevoked(list, qeSigner.leaf(), Reason.SIGNER_REVOKED, "the signer of the QE identity");
    return list;
  }

  private static RevocationList list(
      JsonFields json, String name, X509Certificate issuer, Instant at) throws Rejection {
    Bytes der;
    try {
      der = Bytes.ofHex(json.has(name) ? json.text(name) : "");
    } catch (IllegalArgumentException broken) {
      throw new Rejection(Stage.REVOCATION, Reason.CRL_SIGNATURE, name + " is not in hexadecimal");
    }
    return RevocationList.verify(der, issuer, at, Set.of(IntelPki.ECDSA_SHA256));
  }

  private static void refuseRevoked(
      RevocationList list, X509Certificate certificate, Reason reason, String what)
      throws Rejection {
    Rejection.unless(!list.revokes(certificate), Stage.REVOCATION, reason, what + " is revoked");
  }

  private static CollateralStore.Id series(String kind, String key) {
    return new CollateralStore.Id(TdxVerifier.TECHNOLOGY + "/" + kind, key);
  }

  /** Intel's lists have been number 1 since 2023: what tells them apart is when they were made. */
  private static BigInteger time(RevocationList list) {
    return new BigInteger(TIME.format(list.thisUpdate()));
  }

  private static Bytes bytes(String text) {
    return Bytes.copyOf(text.getBytes(UTF_8));
  }

  private static Instant earliest(Instant first, Instant... others) {
    Instant earliest = first;
    for (Instant other : others) {
      earliest = other.isBefore(earliest) ? other : earliest;
    }
    return earliest;
  }
}
