package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * A PKCS#10 request whose signature proved possession of its key. Nothing else in it counts: the
 * issuer names the subject, so a request which asks for extensions or other attributes is refused.
 */
public final class CertificateRequest {
  private static final int LIMIT_BYTES = 4096;

  private final SubjectKey key;

  private CertificateRequest(SubjectKey key) {
    this.key = key;
  }

  /** Reads and proves a request in DER. */
  public static Reading read(Bytes der) {
    if (der.size() == 0 || der.size() > LIMIT_BYTES) {
      return refused("the request has " + der.size() + " bytes, 1 to 4096 are accepted");
    }
    try {
      DerShape.require(der.toArray());
      return read(new PKCS10CertificationRequest(der.toArray()), der);
    } catch (IOException | RuntimeException broken) {
      return refused("the request cannot be read: " + SubjectKey.reason(broken));
    }
  }

  private static Reading read(PKCS10CertificationRequest request, Bytes der) throws IOException {
    if (!Arrays.equals(request.toASN1Structure().getEncoded(ASN1Encoding.DER), der.toArray())) {
      return refused("the request is not in DER");
    }
    if (request.toASN1Structure().getCertificationRequestInfo().getVersion().intValueExact() != 0) {
      return refused("the request's version is not 1");
    }
    if (request.getAttributes().length != 0) {
      return refused("the request must ask for no extension and no other attribute");
    }
    SubjectKey key;
    try {
      SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
      key = SubjectKey.read(Bytes.copyOf(info.getEncoded(ASN1Encoding.DER)));
    } catch (IllegalArgumentException unsupported) {
      return new Reading.Refused(
          new Refusal.KeyUnsupported(String.valueOf(unsupported.getMessage())));
    }
    AlgorithmIdentifier algorithm = request.getSignatureAlgorithm();
    if (!algorithm.getAlgorithm().equals(signatureOf(key.kind()))
        || algorithm.getParameters() != null) {
      return refused("the request's signature algorithm does not fit its key");
    }
    return isProved(request, key)
        ? new Reading.Proved(new CertificateRequest(key))
        : new Reading.Refused(new Refusal.SignatureInvalid("certificate request"));
  }

  /** The key it asks a certificate for, and which signed it. */
  public SubjectKey key() {
    return key;
  }

  private static boolean isProved(PKCS10CertificationRequest request, SubjectKey key)
      throws IOException {
    byte[] signed =
        request.toASN1Structure().getCertificationRequestInfo().getEncoded(ASN1Encoding.DER);
    Signer verifier =
        switch (key.kind()) {
          case P256 -> new DSADigestSigner(new ECDSASigner(), SHA256Digest.newInstance());
          case P384 -> new DSADigestSigner(new ECDSASigner(), new SHA384Digest());
          case ED25519 -> new Ed25519Signer();
        };
    verifier.init(false, key.parameters());
    verifier.update(signed, 0, signed.length);
    return verifier.verifySignature(request.getSignature());
  }

  private static ASN1ObjectIdentifier signatureOf(SubjectKey.Kind kind) {
    return switch (kind) {
      case P256 -> X9ObjectIdentifiers.ecdsa_with_SHA256;
      case P384 -> X9ObjectIdentifiers.ecdsa_with_SHA384;
      case ED25519 -> EdECObjectIdentifiers.id_Ed25519;
    };
  }

  private static Reading refused(String problem) {
    return new Reading.Refused(new Refusal.RequestInvalid(problem));
  }

  /** What a request turned out to be. */
  public sealed interface Reading {
    record Proved(CertificateRequest request) implements Reading {}

    record Refused(Refusal refusal) implements Reading {}
  }
}
