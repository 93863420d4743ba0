package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import org.w3c.dom.Element;

/**
 * The signature within a manifest: enveloped, over the whole document, and of one fixed shape. The
 * JDK's XML signatures check it with secure validation. Signature and digest are two checks: a
 * genuine signature over a digest that the document does not have is in the field. The digest comes
 * first, once the shape is known to be the fixed one: it costs a tenth of the signature.
 */
final class RimSignature {
  private static final String C14N_11 = "http://www.w3.org/2006/12/xml-c14n11";
  private static final String ECDSA_SHA384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
  private static final String SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";

  /** ecdsa-with-SHA384, keys of at least P-384. */
  private static final Chain.Profile PROFILE =
      new Chain.Profile(Set.of("1.2.840.10045.4.3.3"), Set.of(), Integer.MAX_VALUE, 384);

  private static final int DIGITAL_SIGNATURE = 0;
  private static final int SIGNATURE_BYTES = 96;

  private final Element element;

  RimSignature(Element element) {
    this.element = element;
  }

  /** Checks chain, signature and digest; says when the chain expires. */
  Instant verify(Anchors anchors, Instant at) throws Rejection {
    Chain chain = chain(anchors, at);
    try {
      DOMValidateContext context = new DOMValidateContext(chain.leaf().getPublicKey(), element);
      context.setProperty("org.jcp.xml.dsig.secureValidation", true);
      XMLSignature signature =
          XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
      Reference reference = onlyReference(signature);
      require(
          reference.validate(context),
          Reason.XML_DIGEST,
          "a manifest's signature is for another document");
      require(
          signature.getSignatureValue().validate(context),
          Reason.XML_SIGNATURE,
          "a manifest's signature does not hold");
      return chain.validUntil();
    } catch (MarshalException | XMLSignatureException | RuntimeException broken) {
      throw RimDocument.rejection(
          Reason.XML_SIGNATURE, "a manifest's signature cannot be read or checked");
    }
  }

  /** The one reference, to the whole document, canonical, without the signature itself. */
  private static Reference onlyReference(XMLSignature signature) throws Rejection {
    SignedInfo info = signature.getSignedInfo();
    CanonicalizationMethod canonical = info.getCanonicalizationMethod();
    require(
        canonical.getAlgorithm().equals(C14N_11)
            && info.getSignatureMethod().getAlgorithm().equals(ECDSA_SHA384)
            && info.getReferences().size() == 1
            && signature.getObjects().isEmpty(),
        Reason.XML_SIGNATURE,
        "a manifest's signature is not of the shape NVIDIA gives it");
    Reference reference = info.getReferences().getFirst();
    List<String> transforms =
        reference.getTransforms().stream().map(Transform::getAlgorithm).toList();
    require(
        "".equals(reference.getURI())
            && transforms.equals(List.of(Transform.ENVELOPED, C14N_11))
            && reference.getDigestMethod().getAlgorithm().equals(SHA384),
        Reason.XML_SIGNATURE,
        "a manifest's signature does not cover the document");
    return reference;
  }

  private Chain chain(Anchors anchors, Instant at) throws Rejection {
    List<X509Certificate> path = certificates();
    for (int i = 0; i < path.size(); i++) {
      X509Certificate issuer = path.get(Math.min(i + 1, path.size() - 1));
      require(
          path.get(i).getIssuerX500Principal().equals(issuer.getSubjectX500Principal()),
          Reason.CHAIN,
          "the certificates of a manifest do not link up to a root");
    }
    try {
      Chain chain = Chain.verify(path, anchors, at, PROFILE);
      boolean[] usage = chain.leaf().getKeyUsage();
      require(
          usage != null && usage[DIGITAL_SIGNATURE] && chain.leaf().getBasicConstraints() < 0,
          Reason.KEY_USAGE,
          "a manifest's certificate is not for signing manifests");
      return chain;
    } catch (Rejection rejection) {
      throw RimDocument.rejection(
          rejection.refusal().reason(), "a manifest's chain: " + rejection.refusal().detail());
    }
  }

  /** KeyInfo holds one X509Data, and that holds certificates, leaf first. */
  private List<X509Certificate> certificates() throws Rejection {
    List<Element> parts = RimDocument.children(element);
    require(
        parts.size() == 3 && RimDocument.named(parts.get(2), XMLSignature.XMLNS, "KeyInfo"),
        Reason.XML_SIGNATURE,
        "a manifest's signature is not of three parts, certificates last");
    require(
        decoded(parts.get(1).getTextContent(), Reason.XML_SIGNATURE, "its value is not base64")
                .size()
            == SIGNATURE_BYTES,
        Reason.XML_SIGNATURE,
        "a manifest's signature does not have " + SIGNATURE_BYTES + " bytes");
    List<Element> keyInfo = RimDocument.children(parts.get(2));
    require(
        keyInfo.size() == 1
            && RimDocument.named(keyInfo.getFirst(), XMLSignature.XMLNS, "X509Data"),
        Reason.XML_SIGNATURE,
        "a manifest's key is named by something else than certificates");
    List<Element> encoded = RimDocument.children(keyInfo.getFirst());
    require(
        encoded.size() >= 2 && encoded.size() <= Certificates.LIMIT_COUNT,
        Reason.CHAIN,
        "a manifest has 2 to " + Certificates.LIMIT_COUNT + " certificates");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Element each : encoded) {
      require(
          RimDocument.named(each, XMLSignature.XMLNS, "X509Certificate"),
          Reason.XML_SIGNATURE,
          "X509Data holds something else than certificates");
      certificates.add(certificate(each.getTextContent()));
    }
    return certificates;
  }

  private static X509Certificate certificate(String base64) throws Rejection {
    Bytes der = decoded(base64, Reason.CHAIN, "a manifest's certificate is not base64");
    try {
      return Certificates.ofDer(der);
    } catch (Rejection rejection) {
      throw RimDocument.rejection(rejection.refusal().reason(), rejection.refusal().detail());
    }
  }

  /** The JDK's XML signatures pass over what is not base64 at all. */
  private static Bytes decoded(String base64, Reason otherwise, String detail) throws Rejection {
    try {
      return Bytes.ofBase64(base64);
    } catch (IllegalArgumentException broken) {
      throw RimDocument.rejection(otherwise, detail);
    }
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }
}
