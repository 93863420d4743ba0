package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.RevocationList;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which endorsement keys are believed: those certified under configured manufacturers' roots, and
 * those an operator pinned by name. Any thread; no I/O.
 */
public final class EndorsementTrust {
  /** The kind of revocation lists in a {@link CollateralStore}, keyed by their issuer's hex. */
  public static final String REVOCATION_LISTS = "tpm2/crl";

  /** tcg-kp-EKCertificate (TCG EK Credential Profile 2.6, 3.2.16). */
  private static final String EK_CERTIFICATE = "2.23.133.8.1";

  private static final int KEY_ENCIPHERMENT = 2;
  private static final int KEY_AGREEMENT = 4;

  private static final Set<String> SIGNATURES =
      Set.of(
          "1.2.840.113549.1.1.11",
          "1.2.840.113549.1.1.12",
          "1.2.840.113549.1.1.13",
          "1.2.840.10045.4.3.2",
          "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4");

  private final List<X509Certificate> authorities;
  private final Anchors roots;
  private final Set<Bytes> pinned;
  private final Optional<Supplier<CollateralStore>> revocation;
  private final RollbackFloors floors;

  /**
   * Believes what these vouch for.
   *
   * @param roots manufacturers' self-signed certificates
   * @param intermediates of theirs; needed where a TPM does not bring its own
   * @param pinned {@link TpmPublic#name}s of endorsement keys without certificate, such as a
   *     virtual TPM's
   * @param revocation where every authority's list must be found; empty: none is asked for. What it
   *     gives is swapped whole: another one has every key that was believed judged again
   * @param floors under the numbers of those lists that have one
   */
  public EndorsementTrust(
      List<X509Certificate> roots,
      List<X509Certificate> intermediates,
      Set<Bytes> pinned,
      Optional<Supplier<CollateralStore>> revocation,
      RollbackFloors floors) {
    this.roots = Anchors.of(roots);
    List<X509Certificate> all = new ArrayList<>(intermediates);
    all.addAll(roots);
    this.authorities = List.copyOf(all);
    this.pinned = Set.copyOf(pinned);
    this.revocation = revocation;
    this.floors = floors;
  }

  /** As the other, with floors of its own, which end with it. */
  public EndorsementTrust(
      List<X509Certificate> roots,
      List<X509Certificate> intermediates,
      Set<Bytes> pinned,
      Optional<Supplier<CollateralStore>> revocation) {
    this(roots, intermediates, pinned, revocation, new RollbackFloors());
  }

  /**
   * Judges an endorsement key.
   *
   * @param publicArea TPMT_PUBLIC as the node gave it
   * @param certificates DER, its own first, then any intermediates; none for a pinned key
   * @throws Rejection if nothing shows that it is a genuine TPM's
   */
  public EndorsementKey judge(Bytes publicArea, List<Bytes> certificates, Instant at)
      throws Rejection {
    return judge(TpmPublic.read(publicArea), certificates, at);
  }

  EndorsementKey judge(TpmPublic ek, List<Bytes> certificates, Instant at) throws Rejection {
    CollateralStore lists = lists();
    int must = TpmPublic.FIXED_TPM | TpmPublic.FIXED_PARENT | TpmPublic.RESTRICTED;
    require(
        (ek.attributes() & (must | TpmPublic.DECRYPT | TpmPublic.SIGN))
            == (must | TpmPublic.DECRYPT),
        Reason.EK_CERTIFICATE,
        "the key is no endorsement key: attributes " + Integer.toHexString(ek.attributes()));
    if (pinned.contains(ek.name())) {
      return new EndorsementKey(ek, Instant.MAX, this, List.of(), lists);
    }
    require(
        !certificates.isEmpty() && certificates.size() <= Certificates.LIMIT_COUNT,
        Reason.EK_CERTIFICATE,
        "the endorsement key " + ek.name().hex() + " is not pinned and has no certificate");
    List<X509Certificate> brought = new ArrayList<>();
    for (Bytes der : certificates) {
      brought.add(Certificates.ofDer(der));
    }
    Chain chain =
        Chain.verify(path(brought), roots, at, new Chain.Profile(SIGNATURES, Set.of(), 2048, 256));
    requireEndorsement(chain.leaf(), ek);
    Instant until = chain.validUntil();
    if (revocation.isPresent()) {
      Instant listed = requireUnrevoked(chain, lists, at);
      until = listed.isBefore(until) ? listed : until;
    }
    return new EndorsementKey(ek, until, this, needed(certificates, brought, chain), lists);
  }

  /** Where revocation is looked up now. */
  CollateralStore lists() {
    return revocation.map(Supplier::get).orElse(CollateralStore.EMPTY);
  }

  /** Of what was brought, the chain's own; what is configured here need not be kept. */
  private List<Bytes> needed(List<Bytes> certificates, List<X509Certificate> brought, Chain chain) {
    SequencedSet<Bytes> needed = new LinkedHashSet<>(List.of(certificates.getFirst()));
    for (int i = 1; i < brought.size(); i++) {
      if (chain.path().contains(brought.get(i)) && !authorities.contains(brought.get(i))) {
        needed.add(certificates.get(i));
      }
    }
    return List.copyOf(needed);
  }

  /** Leaf first, by who issued whom; ends where nobody is known. */
  private List<X509Certificate> path(List<X509Certificate> brought) {
    List<X509Certificate> candidates = new ArrayList<>(authorities);
    candidates.addAll(brought.subList(1, brought.size()));
    List<X509Certificate> path = new ArrayList<>();
    path.add(brought.getFirst());
    while (path.size() < Certificates.LIMIT_COUNT && !roots.trusts(path.getLast())) {
      X509Certificate last = path.getLast();
      Optional<X509Certificate> issuer =
          candidates.stream()
              .filter(one ->
                  one.getSubjectX500Principal().equals(last.getIssuerX500Principal())
                      && !path.contains(one))
              .findFirst();
      if (issuer.isEmpty()) {
        break;
      }
      path.add(issuer.get());
    }
    return path;
  }

  private static void requireEndorsement(X509Certificate leaf, TpmPublic ek) throws Rejection {
    require(
        same(leaf.getPublicKey(), ek.key()),
        Reason.EK_CERTIFICATE,
        "the certificate is about another endorsement key");
    boolean[] usage = leaf.getKeyUsage();
    int wanted = ek.key() instanceof TpmKey.Rsa ? KEY_ENCIPHERMENT : KEY_AGREEMENT;
    require(
        leaf.getBasicConstraints() < 0 && (usage == null || usage[wanted]) && purposes(leaf),
        Reason.KEY_USAGE,
        "the certificate is none of an endorsement key");
  }

  private static boolean purposes(X509Certificate leaf) {
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      return purposes != null && purposes.contains(EK_CERTIFICATE);
    } catch (CertificateParsingException malformed) {
      return false;
    }
  }

  private static boolean same(PublicKey certified, TpmKey key) {
    return switch (key) {
      case TpmKey.Rsa rsa ->
          certified instanceof RSAPublicKey that
              && that.getModulus().equals(rsa.modulus())
              && that.getPublicExponent().equals(TpmKey.Rsa.EXPONENT);
      case TpmKey.Ecc ecc ->
          certified instanceof ECPublicKey that
              && that.getParams().getOrder().bitLength() == ecc.curve().bytes() * Byte.SIZE
              && that.getW().getAffineX().equals(ecc.x())
              && that.getW().getAffineY().equals(ecc.y());
    };
  }

  private Instant requireUnrevoked(Chain chain, CollateralStore store, Instant at)
      throws Rejection {
    Instant until = Instant.MAX;
    for (int i = 0; i + 1 < chain.path().size(); i++) {
      X509Certificate issuer = chain.path().get(i + 1);
      String key = Anchors.fingerprint(issuer).hex();
      CollateralStore.Id id = new CollateralStore.Id(REVOCATION_LISTS, key);
      Optional<Bytes> found = store.find(id);
      if (found.isEmpty()) {
        throw new Rejection(
            Stage.REVOCATION,
            Reason.CRL_MISSING,
            "no revocation list of an authority of TPMs: " + id.kind() + " " + key);
      }
      RevocationList list = RevocationList.verify(found.get(), issuer, at, SIGNATURES);
      floors.admit(id, list.number());
      Rejection.unless(
          !list.revokes(chain.path().get(i)),
          Stage.REVOCATION,
          Reason.CERT_REVOKED,
          "a certificate of the endorsement key's chain is revoked");
      until = list.nextUpdate().isBefore(until) ? list.nextUpdate() : until;
    }
    return until;
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }
}
