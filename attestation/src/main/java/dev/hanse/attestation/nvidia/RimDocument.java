package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Anchors;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Reads a reference manifest: a SWID tag (ISO/IEC 19770-2:2015) in XML that carries its own
 * signature. Its outline must be exactly the one NVIDIA writes, with the one signature where it
 * belongs, so that what the signature covers is what is read. No document type, no comment, no
 * processing instruction, nothing from outside.
 */
final class RimDocument {
  /** Genuine ones have 26 KiB. */
  static final int LIMIT_BYTES = 64 * 1024;

  /** Opening and closing tags; genuine ones have some 110. */
  private static final int LIMIT_TAGS = 512;

  private static final int LIMIT_INDEX = 254;
  private static final int LIMIT_ALTERNATIVES = 16;

  private static final String SWID = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
  private static final String SHA384 = "http://www.w3.org/2001/04/xmlenc#sha384";

  private final Element meta;
  private final Element payload;
  private final Element signature;

  private RimDocument(Element root) throws Rejection {
    require(
        named(root, SWID, "SoftwareIdentity"), Reason.STRUCTURE, "the root is not a SWID tag's");
    List<Element> children = children(root);
    require(children.size() == 4, Reason.STRUCTURE, "a manifest has four parts");
    require(
        named(children.get(0), SWID, "Entity") && children(children.get(0)).isEmpty(),
        Reason.STRUCTURE,
        "its first part is not Entity");
    this.meta = children.get(1);
    require(
        named(meta, SWID, "Meta") && children(meta).isEmpty(),
        Reason.STRUCTURE,
        "its second part is not Meta");
    this.payload = children.get(2);
    require(named(payload, SWID, "Payload"), Reason.STRUCTURE, "its third part is not Payload");
    this.signature = children.get(3);
    require(
        named(signature, XMLSignature.XMLNS, "Signature"),
        Reason.XML_SIGNATURE,
        "its last part is not the signature");
  }

  /**
   * Reads a manifest and believes it once its signature and chain hold.
   *
   * @throws Rejection of stage {@code ENDORSEMENT}
   */
  static Rim verified(Bytes xml, Anchors anchors, Instant at) throws Rejection {
    RimDocument document = parse(xml);
    Instant validUntil = new RimSignature(document.signature).verify(anchors, at);
    return document.rim(validUntil);
  }

  /** What it says, for the time its signature is good for. */
  Rim rim(Instant validUntil) throws Rejection {
    return new Rim(
        meta.getAttribute("product"), meta.getAttribute("colloquialVersion"), active(), validUntil);
  }

  private SortedMap<Integer, List<Bytes>> active() throws Rejection {
    SortedMap<Integer, List<Bytes>> active = new TreeMap<>();
    Set<Integer> seen = new TreeSet<>();
    for (Element resource : children(payload)) {
      require(
          named(resource, SWID, "Resource") && children(resource).isEmpty(),
          Reason.STRUCTURE,
          "Payload holds something else than resources");
      int index = number(resource, "index", LIMIT_INDEX);
      require(seen.add(index), Reason.DUPLICATE, "resource " + index + " stands there twice");
      List<Bytes> values = values(resource, index);
      String asked = resource.getAttribute("active");
      require(
          asked.equals("True") || asked.equals("False"),
          Reason.STRUCTURE,
          "resource " + index + " is neither active nor not");
      if (asked.equals("True")) {
        active.put(index, values);
      }
    }
    require(!active.isEmpty(), Reason.STRUCTURE, "the manifest asks for nothing");
    return active;
  }

  private static List<Bytes> values(Element resource, int index) throws Rejection {
    require(
        resource.getAttribute("type").equals("Measurement")
            && resource.getAttribute("size").equals("48"),
        Reason.STRUCTURE,
        "resource " + index + " is no measurement of 48 bytes");
    int alternatives = number(resource, "alternatives", LIMIT_ALTERNATIVES);
    List<Bytes> values = new ArrayList<>();
    for (int i = 0; i < alternatives; i++) {
      String hex = resource.getAttributeNS(SHA384, "Hash" + i);
      require(
          hex.length() == 2 * SpdmReport.DIGEST_BYTES
              && hex.chars().allMatch(HexFormat::isHexDigit),
          Reason.STRUCTURE,
          "resource " + index + " lacks Hash" + i);
      values.add(Bytes.ofHex(hex));
    }
    require(
        !values.isEmpty() && !resource.hasAttributeNS(SHA384, "Hash" + alternatives),
        Reason.STRUCTURE,
        "resource " + index + " has another number of values than it says");
    return values;
  }

  private static int number(Element element, String attribute, int limit) throws Rejection {
    String text = element.getAttribute(attribute);
    boolean plain = text.matches("0|[1-9]\\d{0,2}");
    require(
        plain && Integer.parseInt(text) <= limit,
        Reason.STRUCTURE,
        attribute + " of a resource is no number up to " + limit);
    return Integer.parseInt(text);
  }

  /**
   * Reads a manifest's outline, of which nothing is believed. The characters are decoded here, so
   * that what is scanned is what is parsed.
   */
  static RimDocument parse(Bytes xml) throws Rejection {
    require(xml.size() <= LIMIT_BYTES, Reason.LENGTH, "a manifest of " + xml.size() + " bytes");
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(xml.toArray())).toString();
      scan(text);
      Document document = builder().parse(new InputSource(new StringReader(text)));
      return new RimDocument(document.getDocumentElement());
    } catch (CharacterCodingException broken) {
      throw rejection(Reason.STRUCTURE, "a manifest is not UTF-8");
    } catch (SAXException broken) {
      throw rejection(Reason.STRUCTURE, "a manifest is not XML of the plain kind");
    } catch (IOException | ParserConfigurationException impossible) {
      throw new IllegalStateException("this JDK cannot parse XML from memory", impossible);
    }
  }

  private static void scan(String text) throws Rejection {
    int tags = 0;
    for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
      require(next != '!', Reason.XML_DOCTYPE, "a manifest has no document type, comment or CDATA");
      require(
          next != '?' || text.startsWith("<?xml ", at),
          Reason.STRUCTURE,
          "a manifest has no processing instructions");
      tags++;
    }
    require(tags <= LIMIT_TAGS, Reason.LENGTH, "a manifest has too many tags");
  }

  private static DocumentBuilder builder() throws ParserConfigurationException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
    DocumentBuilder builder = factory.newDocumentBuilder();
    // Otherwise the parser writes what is wrong with hostile input to standard error.
    builder.setErrorHandler(new DefaultHandler());
    return builder;
  }

  static List<Element> children(Element parent) {
    List<Element> children = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        children.add(element);
      }
    }
    return children;
  }

  static boolean named(Element element, String namespace, String name) {
    return namespace.equals(element.getNamespaceURI()) && name.equals(element.getLocalName());
  }

  static Rejection rejection(Reason reason, String detail) {
    return new Rejection(Stage.ENDORSEMENT, reason, detail);
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }
}
