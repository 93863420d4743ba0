package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.TestAuthority;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Reports that are signed as they should be, and are not of the form they should have. */
class SpdmReportTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final Bytes OPAQUE = NvidiaForge.opaque(NvidiaForge.gpuFields());
  private static final Bytes RESPONSE = NvidiaForge.response(8, NvidiaForge.blocks(), OPAQUE);

  @TestFactory
  Stream<DynamicTest> refusesReportsThatAreNotExactlySpdm() {
    Bytes request = NvidiaForge.request();
    Bytes blocks = NvidiaForge.blocks();
    Bytes one = NvidiaForge.block(1, NvidiaForge.filled(48, 1));
    Map<String, Map.Entry<String, Bytes>> cases = new LinkedHashMap<>();
    cases.put("request version", Map.entry("PARSE VERSION", patched(request, 0, 0x12)));
    cases.put("request code", Map.entry("PARSE CODE", patched(request, 1, 0xE1)));
    cases.put("no signature asked for", Map.entry("PARSE OPERATION", patched(request, 2, 0)));
    cases.put("signature and more", Map.entry("PARSE OPERATION", patched(request, 2, 3)));
    cases.put("one measurement asked for", Map.entry("PARSE OPERATION", patched(request, 3, 1)));
    cases.put("another slot", Map.entry("OK", patched(request, 36, 1)));
    Map<String, Map.Entry<String, Bytes>> responses = new LinkedHashMap<>();
    responses.put("response version", Map.entry("PARSE VERSION", patched(RESPONSE, 0, 0x10)));
    responses.put("an SPDM error", Map.entry("PARSE CODE", patched(RESPONSE, 1, 0x7F)));
    responses.put("parameters", Map.entry("OK", patched(RESPONSE, 2, 9)));
    responses.put("a block less", Map.entry("PARSE LENGTH", patched(RESPONSE, 4, 7)));
    responses.put("a block more", Map.entry("PARSE LENGTH", patched(RESPONSE, 4, 9)));
    responses.put("record of 2^24 - 1", Map.entry("PARSE LENGTH", patched(RESPONSE, 7, 0xFF)));
    responses.put(
        "no blocks", Map.entry("OK", NvidiaForge.response(0, Bytes.copyOf(new byte[0]), OPAQUE)));
    responses.put("255 blocks", Map.entry("OK", NvidiaForge.response(255, manyBlocks(), OPAQUE)));
    responses.put(
        "index 0", Map.entry("PARSE INDEX", NvidiaForge.response(1, patched(one, 0, 0), OPAQUE)));
    responses.put(
        "index twice",
        Map.entry(
            "PARSE DUPLICATE", NvidiaForge.response(9, NvidiaForge.joined(blocks, one), OPAQUE)));
    responses.put(
        "another specification",
        Map.entry("PARSE STRUCTURE", NvidiaForge.response(1, patched(one, 1, 2), OPAQUE)));
    responses.put(
        "block size",
        Map.entry("PARSE LENGTH", NvidiaForge.response(1, patched(one, 2, 0x34), OPAQUE)));
    responses.put(
        "type of measurement",
        Map.entry("OK", NvidiaForge.response(1, patched(one, 4, 7), OPAQUE)));
    responses.put(
        "measurement size",
        Map.entry("PARSE LENGTH", NvidiaForge.response(1, patched(one, 5, 0x20), OPAQUE)));
    responses.put(
        "bytes after the last block",
        Map.entry(
            "PARSE LENGTH",
            NvidiaForge.response(1, NvidiaForge.joined(one, Bytes.ofHex("00")), OPAQUE)));
    responses.forEach((name, each) ->
        cases.put(name, Map.entry(each.getKey(), NvidiaForge.joined(request, each.getValue()))));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey(),
                () -> {
                  Bytes both = each.getValue().getValue();
                  Bytes unsigned = both.size() > 40 ? both : NvidiaForge.joined(both, RESPONSE);
                  assertThat(FORGE.outcome(signed(unsigned))).isEqualTo(each.getValue().getKey());
                }));
  }

  @TestFactory
  Stream<DynamicTest> refusesOpaqueFieldsThatAreNotOfTheirForm() {
    Map<String, Map.Entry<String, Map<Integer, Bytes>>> cases = new LinkedHashMap<>();
    cases.put("unknown type", Map.entry("OK", NvidiaForge.with(999, Bytes.ofHex("00"))));
    cases.put("no driver", Map.entry("PARSE OPAQUE", NvidiaForge.without(3)));
    cases.put("no VBIOS", Map.entry("PARSE OPAQUE", NvidiaForge.without(6)));
    cases.put("no chip SKU", Map.entry("PARSE OPAQUE", NvidiaForge.without(15)));
    cases.put("no project", Map.entry("PARSE OPAQUE", NvidiaForge.without(17)));
    cases.put("no project SKU", Map.entry("PARSE OPAQUE", NvidiaForge.without(18)));
    cases.put("no decoder status", Map.entry("OK", NvidiaForge.without(11)));
    cases.put("no FWID", Map.entry("OK", NvidiaForge.without(20)));
    cases.put(
        "another FWID",
        Map.entry("ENDORSEMENT FWID", NvidiaForge.with(20, NvidiaForge.filled(48, 1))));
    cases.put(
        "a short FWID", Map.entry("PARSE OPAQUE", NvidiaForge.with(20, NvidiaForge.filled(47, 1))));
    cases.put(
        "no FWID at all",
        Map.entry("PARSE OPAQUE", NvidiaForge.with(20, Bytes.copyOf(new byte[0]))));
    cases.put(
        "long decoder status",
        Map.entry("PARSE OPAQUE", NvidiaForge.with(11, Bytes.ofHex("aaaa"))));
    cases.put(
        "VBIOS of 7 bytes",
        Map.entry("PARSE OPAQUE", NvidiaForge.with(6, NvidiaForge.filled(7, 1))));
    cases.put(
        "VBIOS of 9 bytes",
        Map.entry("PARSE OPAQUE", NvidiaForge.with(6, NvidiaForge.filled(9, 1))));
    for (String wrong :
        new String[] {
          "", "570", "570.86.10\0x", "570.86.10 ", "x.1", "1.2.3.4.5", "1..2", "570.1234567"
        }) {
      cases.put(
          "driver " + wrong,
          Map.entry("PARSE OPAQUE", NvidiaForge.with(3, NvidiaForge.text(wrong))));
    }
    cases.put(
        "driver without its end",
        Map.entry("OK", NvidiaForge.with(3, NvidiaForge.text("570.86.10"))));
    cases.put(
        "driver of four numbers",
        Map.entry("OK", NvidiaForge.with(3, NvidiaForge.text("1.2.3.4"))));
    for (int type : new int[] {15, 17, 18, 35}) {
      for (String wrong : new String[] {"", "a/b", "../x", "12345678901234567"}) {
        cases.put(
            "word " + type + " " + wrong,
            Map.entry("PARSE OPAQUE", NvidiaForge.with(type, NvidiaForge.text(wrong))));
      }
    }
    Map<Integer, Bytes> many = NvidiaForge.gpuFields();
    for (int type = 100; many.size() < 64; type++) {
      many.put(type, Bytes.ofHex("00"));
    }
    cases.put("64 fields", Map.entry("OK", many));
    Map<Integer, Bytes> tooMany = new LinkedHashMap<>(many);
    tooMany.put(99, Bytes.ofHex("00"));
    cases.put("65 fields", Map.entry("PARSE OPAQUE", tooMany));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey().replace('\0', '_'),
                () ->
                    assertThat(FORGE.outcome(FORGE.report(each.getValue().getValue())))
                        .isEqualTo(each.getValue().getKey())));
  }

  @Test
  void refusesFieldsThatStandTwiceOrLeadOutOfTheirPlace() {
    Bytes fwid = NvidiaForge.opaque(Map.of(20, NvidiaForge.FIRMWARE));
    assertThat(withOpaque(NvidiaForge.joined(OPAQUE, fwid))).isEqualTo("PARSE DUPLICATE");
    assertThat(withOpaque(NvidiaForge.joined(OPAQUE, Bytes.ofHex("0700"))))
        .isEqualTo("PARSE LENGTH");
    assertThat(withOpaque(NvidiaForge.joined(OPAQUE, Bytes.ofHex("07000100"))))
        .isEqualTo("PARSE LENGTH");
    assertThat(withOpaque(NvidiaForge.joined(OPAQUE, Bytes.ofHex("0700ffff00"))))
        .isEqualTo("PARSE LENGTH");
    assertThat(withOpaque(Bytes.copyOf(new byte[0]))).isEqualTo("PARSE OPAQUE");
  }

  @Test
  void readsASwitchsVersionAsText() {
    TestAuthority ls10 = FORGE.brom.issue(FORGE.hopperLeaf("LS_10 A01 FSP FMC LF"));
    for (String wrong :
        new String[] {"96.10.55.00", "96.10.55.00.01.02", "96.10.55.00.0", "96,10"}) {
      Map<Integer, Bytes> fields = NvidiaForge.switchFields();
      fields.put(6, NvidiaForge.text(wrong));
      assertThat(outcome(ls10, fields)).isEqualTo("PARSE OPAQUE");
    }
    Map<Integer, Bytes> neither = NvidiaForge.switchFields();
    neither.remove(23);
    assertThat(outcome(ls10, neither)).isEqualTo("PARSE OPAQUE");
  }

  private static Bytes manyBlocks() {
    Bytes all = Bytes.copyOf(new byte[0]);
    for (int index = 1; index <= 255; index++) {
      all = NvidiaForge.joined(all, NvidiaForge.block(index, NvidiaForge.filled(48, index)));
    }
    return all;
  }

  private static Bytes patched(Bytes bytes, int at, int value) {
    byte[] content = bytes.toArray();
    content[at] = (byte) value;
    return Bytes.copyOf(content);
  }

  private static Bytes signed(Bytes both) {
    return NvidiaForge.joined(both, FORGE.leaf.sign(both, "SHA384withECDSA"));
  }

  private static String withOpaque(Bytes opaque) {
    return FORGE.outcome(
        NvidiaForge.signed(
            FORGE.leaf,
            NvidiaForge.request(),
            NvidiaForge.response(8, NvidiaForge.blocks(), opaque)));
  }

  private static String outcome(TestAuthority leaf, Map<Integer, Bytes> fields) {
    return FORGE.outcome(
        NvidiaForge.signed(
            leaf,
            NvidiaForge.request(),
            NvidiaForge.response(8, NvidiaForge.blocks(), NvidiaForge.opaque(fields))),
        FORGE.chain(leaf, FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root));
  }
}
