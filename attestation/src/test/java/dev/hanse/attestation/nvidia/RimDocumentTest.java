package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Manifests, each broken in one way. */
class RimDocumentTest {
  private static final RimForge FORGE = new RimForge();
  private static final Anchors ANCHORS = Anchors.of(List.of(FORGE.root.certificate()));
  private static final Bytes GOOD = FORGE.signed(RimForge.driver());
  private static final Bytes VALUE = NvidiaForge.filled(48, 1);

  @Test
  void readsWhatItsRootVouchesFor() throws Rejection {
    Rim rim = RimDocument.verified(GOOD, ANCHORS, NvidiaForge.NOW);

    assertThat(rim.product()).isEqualTo("GH100");
    assertThat(rim.version()).isEqualTo("570.86.10");
    assertThat(rim.validUntil()).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
    assertThat(rim.active())
        .isEqualTo(
            Map.of(
                1,
                List.of(NvidiaForge.filled(48, 2)),
                2,
                List.of(NvidiaForge.filled(48, 0xEE), NvidiaForge.filled(48, 3))));
  }

  /** Invariant 17: both the signature's value and the digest of the document. */
  @TestFactory
  Stream<DynamicTest> refusesManifestsChangedAfterSigning() {
    String x509 = "<ds:X509Data>";
    Map<String, Map.Entry<String, UnaryOperator<String>>> cases = new LinkedHashMap<>();
    cases.put("a value", Map.entry("XML_DIGEST", xml -> xml.replace("eeee", "eeef")));
    cases.put(
        "an index", Map.entry("XML_DIGEST", xml -> xml.replace("index=\"2\"", "index=\"3\"")));
    cases.put(
        "an index twice",
        Map.entry("XML_DIGEST", xml -> xml.replace("index=\"2\"", "index=\"1\"")));
    cases.put(
        "text", Map.entry("XML_DIGEST", xml -> xml.replace("<ns0:Payload>", "<ns0:Payload>x")));
    cases.put(
        "an attribute of the root",
        Map.entry("XML_DIGEST", xml -> xml.replaceFirst("name=", "nome=")));
    cases.put(
        "nothing but the order of attributes and quotes",
        Map.entry(
            "OK",
            xml ->
                xml.replace(
                    "edition=\"GPU\" product=\"GH100\"", "product='GH100'  edition='GPU'")));
    cases.put("the digest", Map.entry("XML_DIGEST", xml -> replaced(xml, "DigestValue>", 4)));
    cases.put(
        "the signature", Map.entry("XML_SIGNATURE", xml -> replaced(xml, "SignatureValue>", 4)));
    cases.put(
        "no signature value",
        Map.entry("XML_SIGNATURE", xml -> cut(xml, "<ds:SignatureValue", "</ds:SignatureValue>")));
    cases.put(
        "a signature value that is empty",
        Map.entry(
            "XML_SIGNATURE", xml -> xml.replaceAll("(?s)(<ds:SignatureValue[^>]*>)[^<]*", "$1")));
    cases.put(
        "no key", Map.entry("XML_SIGNATURE", xml -> cut(xml, "<ds:KeyInfo>", "</ds:KeyInfo>")));
    cases.put(
        "a key named otherwise",
        Map.entry("XML_SIGNATURE", xml -> xml.replace("ds:X509Data", "ds:KeyName")));
    cases.put(
        "certificates of another name",
        Map.entry("XML_SIGNATURE", xml -> xml.replace("ds:X509Certificate", "ds:X509CRL")));
    cases.put(
        "a certificate that is not base64",
        Map.entry("CHAIN", xml -> xml.replaceFirst("(<ds:X509Certificate>).", "$1!")));
    cases.put(
        "a certificate that is none",
        Map.entry("STRUCTURE", xml -> xml.replaceFirst("(<ds:X509Certificate>)....", "$1AAAA")));
    cases.put(
        "a signature value with something else in between",
        Map.entry(
            "XML_SIGNATURE", xml -> xml.replaceFirst("(<ds:SignatureValue[^>]*>....)", "$1*")));
    cases.put(
        "a signature value of 95 bytes",
        Map.entry(
            "XML_SIGNATURE",
            xml ->
                xml.replaceFirst(
                    "(?s)(<ds:SignatureValue[^>]*>).*?(</)", "$1" + base64(95) + "$2")));
    cases.put(
        "no certificates",
        Map.entry(
            "CHAIN",
            xml ->
                xml.substring(0, xml.indexOf(x509) + x509.length())
                    + xml.substring(xml.indexOf("</ds:X509Data>"))));
    cases.put(
        "the signature first",
        Map.entry(
            "STRUCTURE",
            xml -> {
              String signature = signature(xml);
              return xml.replace(signature, "").replaceFirst("(?=<ns0:Entity)", signature);
            }));
    cases.put(
        "the signature twice",
        Map.entry(
            "STRUCTURE",
            xml -> xml.replace("</SoftwareIdentity>", signature(xml) + "</SoftwareIdentity>")));
    cases.put("no signature", Map.entry("STRUCTURE", xml -> xml.replace(signature(xml), "")));
    cases.put(
        "something else in its place",
        Map.entry(
            "XML_SIGNATURE", xml -> xml.replace(signature(xml), "<ns0:Link xmlns:ns0=\"x\"/>")));
    cases.put(
        "the signed document wrapped in another",
        Map.entry(
            "STRUCTURE",
            xml ->
                "<SoftwareIdentity xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\">"
                    + xml
                    + "</SoftwareIdentity>"));
    cases.put(
        "the signed payload moved into an object of the signature",
        Map.entry(
            "XML_SIGNATURE",
            xml -> {
              int from = xml.indexOf("<ns0:Payload>");
              int to = xml.indexOf("</ns0:Payload>") + 14;
              String payload = xml.substring(from, to);
              return xml.replace(
                      "</ds:Signature>", "<ds:Object>" + payload + "</ds:Object></ds:Signature>")
                  .replaceFirst("eeee", "eeef");
            }));
    cases.put("a document type", Map.entry("XML_DOCTYPE", xml -> "<!DOCTYPE x>" + xml));
    cases.put(
        "an entity",
        Map.entry(
            "XML_DOCTYPE",
            xml ->
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>"
                    + xml.replace("<ns0:Payload>", "<ns0:Payload>&e;")));
    cases.put(
        "a comment",
        Map.entry("XML_DOCTYPE", xml -> xml.replace("<ns0:Meta", "<!-- --><ns0:Meta")));
    cases.put(
        "CDATA",
        Map.entry("XML_DOCTYPE", xml -> xml.replace("<ns0:Meta", "<![CDATA[]]><ns0:Meta")));
    cases.put(
        "an entity nobody declared",
        Map.entry("STRUCTURE", xml -> xml.replace("<ns0:Payload>", "<ns0:Payload>&e;")));
    cases.put(
        "a processing instruction",
        Map.entry("STRUCTURE", xml -> xml.replace("<ns0:Meta", "<?x y?><ns0:Meta")));
    cases.put(
        "an XML declaration",
        Map.entry("OK", xml -> "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml));
    cases.put(
        "a declaration of another encoding, which nobody follows",
        Map.entry("OK", xml -> "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + xml));
    cases.put("a tag left open", Map.entry("STRUCTURE", xml -> xml + "<"));
    cases.put(
        "another root", Map.entry("STRUCTURE", xml -> xml.replace("SoftwareIdentity", "Software")));
    cases.put("no entity", Map.entry("STRUCTURE", xml -> cut(xml, "<ns0:Entity", "/>")));
    cases.put("no meta", Map.entry("STRUCTURE", xml -> cut(xml, "<ns0:Meta", "/>")));
    cases.put(
        "entity renamed", Map.entry("STRUCTURE", xml -> xml.replace("<ns0:Entity", "<ns0:Link")));
    cases.put("meta renamed", Map.entry("STRUCTURE", xml -> xml.replace("<ns0:Meta", "<ns0:Link")));
    cases.put(
        "payload renamed", Map.entry("STRUCTURE", xml -> xml.replace("ns0:Payload", "ns0:Link")));
    cases.put(
        "512 tags more",
        Map.entry(
            "LENGTH", xml -> xml.replace("</ns0:Payload>", "<a/>".repeat(512) + "</ns0:Payload>")));
    cases.put("nothing", Map.entry("STRUCTURE", xml -> ""));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey(),
                () -> {
                  String xml = new String(GOOD.toArray(), StandardCharsets.UTF_8);
                  String changed = each.getValue().getValue().apply(xml);
                  assertThat(changed).isNotEqualTo(xml);
                  assertThat(outcome(changed)).isEqualTo(each.getValue().getKey());
                }));
  }

  @TestFactory
  Stream<DynamicTest> refusesPayloadsThatMakeNoSense() {
    String good = RimForge.resource(1, true, VALUE);
    Map<String, Map.Entry<String, String>> cases = new LinkedHashMap<>();
    cases.put("index twice", Map.entry("DUPLICATE", good + RimForge.resource(1, false, VALUE)));
    cases.put("index 254", Map.entry("OK", RimForge.resource(254, true, VALUE)));
    cases.put("index 255", Map.entry("STRUCTURE", RimForge.resource(255, true, VALUE)));
    cases.put("index -1", Map.entry("STRUCTURE", RimForge.resource(-1, true, VALUE)));
    cases.put("index 01", Map.entry("STRUCTURE", good.replace("index=\"1\"", "index=\"01\"")));
    cases.put("index missing", Map.entry("STRUCTURE", good.replace(" index=\"1\"", "")));
    cases.put("nothing", Map.entry("STRUCTURE", ""));
    cases.put("nothing active", Map.entry("STRUCTURE", RimForge.resource(1, false, VALUE)));
    cases.put("active maybe", Map.entry("STRUCTURE", good.replace("True", "true")));
    cases.put("no values", Map.entry("STRUCTURE", RimForge.resource(1, true)));
    Bytes[] sixteen = new Bytes[16];
    Arrays.fill(sixteen, VALUE);
    cases.put("16 values", Map.entry("OK", RimForge.resource(1, true, sixteen)));
    Bytes[] seventeen = new Bytes[17];
    Arrays.fill(seventeen, VALUE);
    cases.put("17 values", Map.entry("STRUCTURE", RimForge.resource(1, true, seventeen)));
    cases.put(
        "fewer values than said",
        Map.entry("STRUCTURE", good.replace("alternatives=\"1\"", "alternatives=\"2\"")));
    cases.put(
        "more values than said",
        Map.entry(
            "STRUCTURE",
            RimForge.resource(1, true, VALUE, VALUE)
                .replace("alternatives=\"2\"", "alternatives=\"1\"")));
    cases.put(
        "a short value",
        Map.entry("STRUCTURE", RimForge.resource(1, true, NvidiaForge.filled(47, 1))));
    cases.put(
        "a value that is no number",
        Map.entry("STRUCTURE", good.replaceFirst("Hash0=\"0", "Hash0=\"g")));
    cases.put("another size", Map.entry("STRUCTURE", good.replace("size=\"48\"", "size=\"32\"")));
    cases.put("another type", Map.entry("STRUCTURE", good.replace("\"Measurement\"", "\"Other\"")));
    cases.put("something else", Map.entry("STRUCTURE", good + "<ns0:Directory/>"));
    cases.put(
        "something inside",
        Map.entry("STRUCTURE", good.replace("/>", "><ns0:Link/></ns0:Resource>")));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey(),
                () ->
                    assertThat(
                            outcome(
                                FORGE.signed(
                                    RimForge.document("GH100", "1.0", each.getValue().getValue()))))
                        .isEqualTo(each.getValue().getKey())));
  }

  @Test
  void refusesWhatTheOutlineHasNoPlaceFor() {
    String xml = RimForge.driver();
    assertThat(
            outcome(
                FORGE.signed(xml.replace("role=\"tagCreator\"/>", "><ns0:Link/></ns0:Entity>"))))
        .isEqualTo("STRUCTURE");
    assertThat(outcome(FORGE.signed(xml.replace("product=\"GH100\"/>", "><ns0:Link/></ns0:Meta>"))))
        .isEqualTo("STRUCTURE");
    assertThat(outcome(FORGE.signed(xml.replace("<ns0:Payload>", "<ns0:Link/><ns0:Payload>"))))
        .isEqualTo("STRUCTURE");
  }

  @Test
  void parsesNoMoreThan512Tags() {
    assertThat(outcome("<a/>".repeat(512))).isEqualTo("STRUCTURE");
    assertThat(outcome("<a/>".repeat(513))).isEqualTo("LENGTH");
  }

  /** The JDK's parser would write what is wrong with hostile input there. */
  @Test
  void writesNothingToStandardError() {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      assertThat(outcome("<a><b></a>")).isEqualTo("STRUCTURE");
    } finally {
      System.setErr(before);
    }
    assertThat(written.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  /** Another encoding of the same certificate: two documents would say the same. */
  @Test
  void refusesBase64WhoseLastCharacterHasBitsToSpare() {
    TestAuthority signer = FORGE.signer;
    while (signer.der().size() % 3 == 0) {
      signer = FORGE.issuer.issue(TestAuthority.named("CN=Reference Value L4").leaf());
    }
    Bytes good =
        RimForge.signed(
            RimForge.driver(), new RimForge.Shape(), signer, signer, FORGE.issuer, FORGE.root);
    String xml = new String(good.toArray(), StandardCharsets.UTF_8);
    int last = xml.indexOf('=', xml.indexOf("<ds:X509Certificate>")) - 1;
    char next = BASE64.charAt(BASE64.indexOf(xml.charAt(last)) + 1);

    assertThat(outcome(xml)).isEqualTo("OK");
    assertThat(outcome(xml.substring(0, last) + next + xml.substring(last + 1))).isEqualTo("CHAIN");
  }

  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  @Test
  void refusesWhatIsTooLargeOrNotUtf8() {
    byte[] good = GOOD.toArray();
    byte[] padded = Arrays.copyOf(good, RimDocument.LIMIT_BYTES);
    Arrays.fill(padded, good.length, padded.length, (byte) ' ');
    assertThat(outcome(Bytes.copyOf(padded))).isEqualTo("OK");
    assertThat(outcome(NvidiaForge.joined(Bytes.copyOf(padded), Bytes.ofHex("20"))))
        .isEqualTo("LENGTH");
    assertThat(outcome(NvidiaForge.joined(GOOD, Bytes.ofHex("ff")))).isEqualTo("STRUCTURE");
    assertThat(
            outcome(
                Bytes.copyOf(
                    new String(good, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16))))
        .isEqualTo("STRUCTURE");
  }

  private static String base64(int size) {
    return Base64.getEncoder().encodeToString(new byte[size]);
  }

  private static String signature(String xml) {
    return xml.substring(xml.indexOf("<ds:Signature "), xml.indexOf("</ds:Signature>") + 15);
  }

  private static String cut(String xml, String from, String to) {
    int start = xml.indexOf(from);
    return xml.substring(0, start) + xml.substring(xml.indexOf(to, start) + to.length());
  }

  /** Changes one character of base64 some way behind a mark. */
  private static String replaced(String xml, String mark, int behind) {
    int at = xml.indexOf(mark) + mark.length() + behind;
    char other = xml.charAt(at) == 'A' ? 'B' : 'A';
    return xml.substring(0, at) + other + xml.substring(at + 1);
  }

  private static String outcome(String xml) {
    return outcome(Bytes.copyOf(xml.getBytes(StandardCharsets.UTF_8)));
  }

  private static String outcome(Bytes xml) {
    try {
      RimDocument.verified(xml, ANCHORS, NvidiaForge.NOW);
      return "OK";
    } catch (Rejection rejection) {
      assertThat(rejection.refusal().stage().name()).isEqualTo("ENDORSEMENT");
      return rejection.refusal().reason().name();
    }
  }
}
