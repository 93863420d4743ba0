package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.TestAuthority;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLObject;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** Makes reference manifests under a root of its own, signed as NVIDIA's are or otherwise. */
final class RimForge {
  static final String C14N_11 = "http://www.w3.org/2006/12/xml-c14n11";
  static final String EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
  static final String ECDSA_SHA384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
  static final String ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
  static final String SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
  static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";

  final TestAuthority root =
      TestAuthority.root(TestAuthority.named("CN=NVIDIA CoRIM signing Root CA,O=NVIDIA,C=US"));
  final TestAuthority issuer = root.issue(TestAuthority.named("CN=Reference Value L3 GH100"));
  final TestAuthority signer = issuer.issue(TestAuthority.named("CN=Reference Value L4").leaf());

  /** How a manifest is to be signed; as NVIDIA does unless changed. */
  static final class Shape {
    String canonical = C14N_11;
    String signature = ECDSA_SHA384;
    String digest = SHA384;
    String uri = "";
    List<String> transforms = List.of(Transform.ENVELOPED, C14N_11);
    int references = 1;
    boolean object;
    boolean keyName;
  }

  static String resource(int index, boolean active, Bytes... values) {
    StringBuilder xml =
        new StringBuilder("<ns0:Resource type=\"Measurement\" index=\"" + index + "\"");
    xml.append(" active=\"").append(active ? "True" : "False").append('"');
    xml.append(" alternatives=\"").append(values.length).append('"');
    for (int i = 0; i < values.length; i++) {
      xml.append(" ns2:Hash").append(i).append("=\"").append(values[i].hex()).append('"');
    }
    return xml.append(" name=\"Measurement_").append(index).append("\" size=\"48\"/>\n").toString();
  }

  static String document(String product, String version, String... resources) {
    return "<SoftwareIdentity xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\""
        + " xmlns:ns0=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\""
        + " xmlns:ns2=\"http://www.w3.org/2001/04/xmlenc#sha384\" name=\""
        + product
        + "\">\n"
        + "<ns0:Entity name=\"NVIDIA Corporation\" role=\"tagCreator\"/>\n"
        + "<ns0:Meta colloquialVersion=\""
        + version
        + "\" edition=\"GPU\" product=\""
        + product
        + "\"/>\n<ns0:Payload>\n"
        + String.join("", resources)
        + "</ns0:Payload>\n"
        + "</SoftwareIdentity>";
  }

  /** Asks for measurements 1 and 2 of the forge's reports, the second with an alternative. */
  static String driver() {
    return document(
        "GH100",
        "570.86.10",
        resource(0, false, NvidiaForge.filled(48, 0)),
        resource(1, true, NvidiaForge.filled(48, 2)),
        resource(2, true, NvidiaForge.filled(48, 0xEE), NvidiaForge.filled(48, 3)));
  }

  /** Asks for measurement 4. */
  static String vbios() {
    return document("GH100", "96.00.AF.00.01", resource(4, true, NvidiaForge.filled(48, 5)));
  }

  Bytes signed(String xml) {
    return signed(xml, new Shape(), signer, signer, issuer, root);
  }

  Bytes signed(String xml, Shape shape) {
    return signed(xml, shape, signer, signer, issuer, root);
  }

  static Bytes signed(String xml, Shape shape, TestAuthority key, TestAuthority... leafFirst) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
      Document document =
          factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
      XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
      List<Reference> references = new ArrayList<>();
      List<Transform> transforms = new ArrayList<>();
      for (String transform : shape.transforms) {
        transforms.add(signatures.newTransform(transform, (TransformParameterSpec) null));
      }
      for (int i = 0; i < shape.references; i++) {
        references.add(
            signatures.newReference(
                shape.uri, signatures.newDigestMethod(shape.digest, null), transforms, null, null));
      }
      XMLSignature signature =
          signatures.newXMLSignature(
              signatures.newSignedInfo(
                  signatures.newCanonicalizationMethod(
                      shape.canonical, (C14NMethodParameterSpec) null),
                  signatures.newSignatureMethod(shape.signature, null),
                  references),
              keyInfo(signatures, document, shape, leafFirst),
              shape.object
                  ? List.<XMLObject>of(signatures.newXMLObject(List.of(), "o", null, null))
                  : List.of(),
              null,
              null);
      DOMSignContext context =
          new DOMSignContext(key.keys().getPrivate(), document.getDocumentElement());
      context.setDefaultNamespacePrefix("ds");
      signature.sign(context);
      return Bytes.copyOf(written(document).getBytes(StandardCharsets.UTF_8));
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static KeyInfo keyInfo(
      XMLSignatureFactory signatures, Document document, Shape shape, TestAuthority... leafFirst) {
    Element x509 =
        document.createElementNS(XMLSignature.XMLNS, shape.keyName ? "ds:KeyName" : "ds:X509Data");
    for (TestAuthority authority : leafFirst) {
      Element certificate = document.createElementNS(XMLSignature.XMLNS, "ds:X509Certificate");
      certificate.setTextContent(
          Base64.getMimeEncoder().encodeToString(authority.der().toArray()).replace("\r", ""));
      x509.appendChild(certificate);
    }
    return signatures.getKeyInfoFactory().newKeyInfo(List.of(new DOMStructure(x509)));
  }

  private static String written(Document document) throws Exception {
    Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter out = new StringWriter();
    transformer.transform(new DOMSource(document), new StreamResult(out));
    return out.toString();
  }
}
