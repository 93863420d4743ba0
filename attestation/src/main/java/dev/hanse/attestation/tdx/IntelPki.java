package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.x509.Chain;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Who is who under Intel's SGX root, which TDX shares: one root, three kinds of certificate. */
final class IntelPki {
  /**
   * SHA-256 of "Intel SGX Root CA", valid 2018 to 2049; source: the certificate Intel publishes as
   * {@code Intel_SGX_Provisioning_Certification_RootCA.pem}.
   */
  static final Bytes ROOT =
      Bytes.ofHex("44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3");

  /** ecdsa-with-SHA256 and nothing else. */
  static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";

  static final Chain.Profile PROFILE = Chain.Profile.signedBy(ECDSA_SHA256);

  private static final String PCK = "Intel SGX PCK Certificate";
  private static final Set<String> PCK_AUTHORITIES =
      Set.of("Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA");
  private static final String TCB_SIGNER = "Intel SGX TCB Signing";

  private IntelPki() {}

  /** Whether a chain is a platform's: PCK, its CA, root. */
  static boolean isPlatform(Chain chain) {
    return chain.path().size() == 3
        && PCK.equals(commonName(chain.leaf()))
        && PCK_AUTHORITIES.contains(commonName(chain.path().get(1)))
        && mayOnlySign(chain.leaf());
  }

  /** Whether a chain is that of the signer of collateral: signer, root. */
  static boolean isCollateralSigner(Chain chain) {
    return chain.path().size() == 2
        && TCB_SIGNER.equals(commonName(chain.leaf()))
        && mayOnlySign(chain.leaf());
  }

  private static boolean mayOnlySign(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    return leaf.getBasicConstraints() < 0 && usage != null && usage[0];
  }

  /** The one common name; empty for none or several. */
  private static String commonName(X509Certificate certificate) {
    RDN[] names =
        X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded())
            .getRDNs(BCStyle.CN);
    return names.length == 1 && !names[0].isMultiValued()
        ? IETFUtils.valueToString(names[0].getFirst().getValue())
        : "";
  }
}
