package dev.hanse.attestation.snp;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.Ecdsa;
import dev.hanse.attestation.x509.RevocationList;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Verifies AMD SEV-SNP reports.
 *
 * <p>Layout of the evidence: the body is the report as the firmware gave it, 1184 bytes; the
 * collateral is three certificates, leaf first: the VCEK or VLEK, the ASK or ASVK that issued it,
 * the ARK. Each entry is one certificate in DER, or one or more in PEM, so that AMD's {@code
 * cert_chain} may be passed on as it is. The ARK is trusted by its pinned fingerprint and never
 * because it came along.
 *
 * <p>Order: form → kind of the signing key → chain → report's signature → extensions of the leaf →
 * product, TCB, chip → revocation. Nothing the report says beyond the kind of its key is looked at
 * before its signature holds.
 */
public final class SnpVerifier extends Verifier {
  public static final String TECHNOLOGY = "sev-snp";

  /** Kind of the revocation lists in a collateral store; the key is {@link Product#vendorName}. */
  public static final String CRL_KIND = "sev-snp/crl";

  /**
   * SHA-256 of AMD's roots in DER, by which they are pinned: ARK-Milan, ARK-Genoa, ARK-Turin, as
   * served at {@code https://kdsintf.amd.com/vcek/v1/<product>/cert_chain}.
   */
  public static final Set<Bytes> AMD_ROOTS =
      Set.of(
          Bytes.ofHex("69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
          Bytes.ofHex("4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
          Bytes.ofHex("1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"));

  private static final int CHAIN_LENGTH = 3;
  private static final int DIGITAL_SIGNATURE = 0;

  private static final Chain.Profile PROFILE =
      new Chain.Profile(Set.of(Chain.RSASSA_PSS), Set.of(), 4096, 384);

  private final Anchors anchors;
  private final Supplier<CollateralStore> collateral;
  private final Revocation revocation;
  private final RollbackFloors floors;

  /** What to do where the store keeps no revocation list of a product line. */
  public enum Revocation {
    /** Refuse. */
    REQUIRED,
    /**
     * Go on, and say in the statement that revocation was not checked. A list that is there is
     * judged all the same. For captures of which no list was kept; never for live nodes.
     */
    WHERE_KEPT
  }

  /**
   * Verifies against given roots.
   *
   * @param collateral asked anew at every verification
   * @param floors under the number of each product line's revocation list
   */
  public SnpVerifier(
      Anchors anchors,
      Supplier<CollateralStore> collateral,
      Revocation revocation,
      RollbackFloors floors) {
    super(TECHNOLOGY, Level.TEE);
    this.anchors = anchors;
    this.collateral = collateral;
    this.revocation = revocation;
    this.floors = floors;
  }

  /** As the other, with floors of its own, which end with it. */
  public SnpVerifier(Anchors anchors, Supplier<CollateralStore> collateral, Revocation revocation) {
    this(anchors, collateral, revocation, new RollbackFloors());
  }

  /**
   * Verifies against AMD's roots.
   *
   * @param revocation {@link Revocation#REQUIRED} for live nodes
   */
  public static SnpVerifier ofAmd(Supplier<CollateralStore> collateral, Revocation revocation) {
    return new SnpVerifier(Anchors.pinned(AMD_ROOTS), collateral, revocation);
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    SnpReport report = SnpReport.read(evidence.body());
    List<X509Certificate> certificates = certificates(evidence.collateral());
    X509Certificate leaf = certificates.getFirst();
    String leafName = Certificates.commonName(leaf);
    endorsed(
        leafName.equals(report.signingKey().commonName()),
        Reason.SIGNER_MISMATCH,
        "the report names a " + report.signingKey() + ", the certificate is of " + leafName);
    Chain chain = Chain.verify(certificates, anchors, at, PROFILE);
    Product product = product(chain, report.signingKey());
    checkSignature(report, leaf);
    checkUsage(leaf);
    Vek vek = Vek.read(leaf, report.signingKey(), product);
    SnpStatement statement = statement(report, product, vek);
    Optional<RevocationList> list = revocation(chain, product, at);
    Instant endorsedUntil = chain.validUntil();
    if (list.isPresent() && list.get().nextUpdate().isBefore(endorsedUntil)) {
      endorsedUntil = list.get().nextUpdate();
    }
    return verified(
        evidence,
        Map.of(Bound.REPORT_DATA, report.reportData()),
        Optional.empty(),
        endorsedUntil,
        list.isPresent() ? statement.notRevoked() : statement);
  }

  private static List<X509Certificate> certificates(List<Bytes> collateral) throws Rejection {
    List<X509Certificate> certificates = new ArrayList<>();
    crypto(
        collateral.size() <= CHAIN_LENGTH,
        Reason.CHAIN,
        "collateral has " + collateral.size() + " entries, at most 3 certificates are expected");
    for (Bytes each : collateral) {
      certificates.addAll(Certificates.ofEither(each));
    }
    crypto(
        certificates.size() == CHAIN_LENGTH,
        Reason.CHAIN,
        "an endorsement key, its issuer and its root are expected, there are "
            + certificates.size()
            + " certificates");
    return certificates;
  }

  /** The line of the chain's root, whose issuer must be the one for this kind of key. */
  private static Product product(Chain chain, SigningKey key) throws Rejection {
    String root = Certificates.commonName(chain.path().getLast());
    Product product =
        Product.ofRootName(root)
            .orElseThrow(() ->
                new Rejection(
                    Stage.ENDORSEMENT,
                    Reason.PRODUCT_MISMATCH,
                    "the root " + root + " is of no product line known"));
    String issuer = Certificates.commonName(chain.path().get(1));
    endorsed(
        issuer.equals(product.issuerName(key)),
        Reason.SIGNER_MISMATCH,
        issuer + " issues no " + key + " of " + product.vendorName());
    return product;
  }

  private static void checkSignature(SnpReport report, X509Certificate leaf) throws Rejection {
    Ecdsa key = Ecdsa.ofKey(Ecdsa.Curve.P384, leaf.getPublicKey());
    crypto(
        key.signs(report.signedDigest().toArray(), report.r(), report.s()),
        Reason.SIGNATURE,
        "the report's signature does not hold");
  }

  private static void checkUsage(X509Certificate leaf) throws Rejection {
    crypto(
        leaf.getBasicConstraints() < 0 && Chain.mayUse(leaf, DIGITAL_SIGNATURE),
        Reason.KEY_USAGE,
        "the endorsement key's certificate is not one for signing reports");
  }

  private static SnpStatement statement(SnpReport report, Product product, Vek vek)
      throws Rejection {
    endorsed(
        vek.productLine().equals(product.vendorName()),
        Reason.PRODUCT_MISMATCH,
        "a certificate for " + vek.productName() + " stands under " + product.vendorName());
    Rejection.unless(
        report.version() > 2 || product != Product.TURIN,
        Stage.PARSE,
        Reason.VERSION,
        "Turin makes no reports of version 2");
    endorsed(
        report.version() == 2 || report.cpuProduct().equals(Optional.of(product)),
        Reason.PRODUCT_MISMATCH,
        "CPU " + report.cpu() + " is not of the line " + product.vendorName());
    endorsed(
        vek.tcb() == report.reportedTcb(),
        Reason.TCB_CERT_MISMATCH,
        "the report's TCB 0x"
            + Long.toHexString(report.reportedTcb())
            + " is not its certificate's 0x"
            + Long.toHexString(vek.tcb()));
    SnpStatement statement =
        new SnpStatement(
            report,
            product,
            Tcb.read(report.reportedTcb(), product, "REPORTED_TCB"),
            Tcb.read(report.committedTcb(), product, "COMMITTED_TCB"),
            Tcb.read(report.currentTcb(), product, "CURRENT_TCB"),
            Tcb.read(report.launchTcb(), product, "LAUNCH_TCB"),
            vek.hardwareId(),
            vek.cspId(),
            false);
    endorsed(
        report.signingKey() == SigningKey.VLEK
            || statement.chipIdMasked()
            || report.chipId().equals(SnpStatement.padded(vek.hardwareId())),
        Reason.CHIP_ID_MISMATCH,
        "the report is of chip " + report.chipId() + ", its certificate of " + vek.hardwareId());
    return statement;
  }

  /** The list that was asked; empty only where none is kept and none is required. */
  private Optional<RevocationList> revocation(Chain chain, Product product, Instant at)
      throws Rejection {
    CollateralStore.Id id = new CollateralStore.Id(CRL_KIND, product.vendorName());
    Optional<Bytes> kept = collateral.get().find(id);
    if (kept.isEmpty()) {
      revoked(
          revocation == Revocation.WHERE_KEPT,
          Reason.CRL_MISSING,
          "no revocation list of " + product.vendorName() + " is kept here");
      return Optional.empty();
    }
    X509Certificate root = chain.path().getLast();
    RevocationList list =
        RevocationList.verify(kept.get(), root, at, PROFILE.signatureAlgorithms());
    floors.admit(id, list.number());
    revoked(
        !list.revokes(chain.path().get(1)),
        Reason.ASK_REVOKED,
        Certificates.commonName(chain.path().get(1)) + " is revoked");
    revoked(
        !list.revokes(root), Reason.CERT_REVOKED, Certificates.commonName(root) + " is revoked");
    return Optional.of(list);
  }

  private static void crypto(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.CRYPTO, reason, detail);
  }

  private static void endorsed(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }

  private static void revoked(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.REVOCATION, reason, detail);
  }
}
