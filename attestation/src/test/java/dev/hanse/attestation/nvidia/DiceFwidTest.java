package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.TestAuthority;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DiceFwidTest {
  private static final String COMPOSITE = "2.23.133.5.4.1";
  private static final String TCB_INFO = "2.23.133.5.4.1.1";
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final Bytes FIRMWARE = NvidiaForge.FIRMWARE;
  private static final Bytes OTHER = NvidiaForge.filled(48, 0x22);
  private static final Bytes FWID = NvidiaForge.fwid(NvidiaForge.SHA384, FIRMWARE);
  private static final Bytes ONE = Bytes.ofHex("020101");
  private static final Bytes KEY = Bytes.ofHex("3000");

  @Test
  void readsBothExtensions() {
    assertThat(of(COMPOSITE, FORGE.composite(FIRMWARE))).isEqualTo(FIRMWARE);
    assertThat(of(TCB_INFO, NvidiaForge.tcbInfo(FIRMWARE))).isEqualTo(FIRMWARE);
  }

  /** The last 48 bytes of DiceTcbInfo are something else. */
  @Test
  void takesTheFirstOfSeveralDigests() {
    Bytes two = NvidiaForge.fwid(NvidiaForge.SHA384, OTHER);

    assertThat(of(TCB_INFO, NvidiaForge.der(0x30, NvidiaForge.der(0xA6, FWID, two))))
        .isEqualTo(FIRMWARE);
    assertThat(of(TCB_INFO, NvidiaForge.der(0x30, NvidiaForge.der(0xA6, two, FWID))))
        .isEqualTo(OTHER);
  }

  @Test
  void findsNoneWhereThereIsNoneOrTwo() {
    TestAuthority.Wish both =
        NvidiaForge.named("x")
            .leaf()
            .extension(COMPOSITE, false, FORGE.composite(FIRMWARE))
            .extension(TCB_INFO, false, NvidiaForge.tcbInfo(FIRMWARE));

    assertThat(of(both)).isEqualTo(NONE);
    assertThat(of(NvidiaForge.named("x").leaf())).isEqualTo(NONE);
  }

  @Test
  void findsNoneInExtensionsOfAnotherStructure() {
    for (Bytes wrong :
        new Bytes[] {
          NvidiaForge.der(0x30, ONE, KEY, FWID, ONE),
          NvidiaForge.der(0x30, ONE, KEY),
          NvidiaForge.der(0x30, KEY, KEY, FWID),
          NvidiaForge.der(0x30, ONE, ONE, FWID),
          NvidiaForge.der(0x31, ONE, KEY, FWID),
          NvidiaForge.joined(NvidiaForge.der(0x30, ONE, KEY, FWID), ONE),
          NvidiaForge.der(0x30, ONE, KEY, NvidiaForge.fwid("608648016503040201", FIRMWARE)),
          NvidiaForge.der(0x30, ONE, KEY, NvidiaForge.fwid("", FIRMWARE)),
          composite(NvidiaForge.filled(47, 1)),
          composite(NvidiaForge.filled(49, 1)),
          composite(NvidiaForge.filled(48, 0)),
          NvidiaForge.der(
              0x30,
              ONE,
              KEY,
              NvidiaForge.der(
                  0x30,
                  NvidiaForge.der(0x06, Bytes.ofHex(NvidiaForge.SHA384)),
                  NvidiaForge.der(0x04, FIRMWARE),
                  ONE)),
          NvidiaForge.der(
              0x30,
              ONE,
              KEY,
              NvidiaForge.der(
                  0x30,
                  NvidiaForge.der(0x06, Bytes.ofHex(NvidiaForge.SHA384)),
                  NvidiaForge.der(0x05, FIRMWARE))),
          Bytes.ofHex("30"),
          Bytes.ofHex("3080"),
          Bytes.ofHex("308300000100"),
        }) {
      assertThat(of(COMPOSITE, wrong)).as(wrong.hex()).isEqualTo(NONE);
    }
  }

  @Test
  void findsNoneInTcbInfoThatIsOutOfOrder() {
    for (Bytes wrong :
        new Bytes[] {
          NvidiaForge.der(0x30, NvidiaForge.der(0x81, ONE), NvidiaForge.der(0x80, ONE), fwids()),
          NvidiaForge.der(0x30, NvidiaForge.der(0x81, ONE), NvidiaForge.der(0x81, ONE), fwids()),
          NvidiaForge.der(0x30, NvidiaForge.der(0x87, ONE), fwids()),
          NvidiaForge.der(0x30, ONE, fwids()),
          NvidiaForge.der(0x30, NvidiaForge.der(0xA7, ONE)),
          NvidiaForge.der(0x30, NvidiaForge.der(0x80, ONE)),
          NvidiaForge.der(0x30, NvidiaForge.der(0x86, FWID)),
          NvidiaForge.der(0x30, NvidiaForge.der(0xA6, ONE)),
          NvidiaForge.der(0x30, NvidiaForge.der(0xA6)),
          NvidiaForge.der(0x30),
        }) {
      assertThat(of(TCB_INFO, wrong)).as(wrong.hex()).isEqualTo(NONE);
    }
  }

  @Test
  void findsNoneInWhatIsCutShort() {
    byte[] good = FORGE.composite(FIRMWARE).toArray();
    for (int length = 0; length < good.length; length += 11) {
      assertThat(of(COMPOSITE, Bytes.copyOf(Arrays.copyOf(good, length)))).isEqualTo(NONE);
    }
  }

  @Test
  void readsLengthsOfOneTwoAndThreeBytes() {
    for (int size : new int[] {10, 200, 300}) {
      Bytes filler = NvidiaForge.der(0x30, NvidiaForge.filled(size, 1));
      assertThat(of(COMPOSITE, NvidiaForge.der(0x30, ONE, filler, FWID))).isEqualTo(FIRMWARE);
    }
  }

  @Test
  void findsNoneBehindLengthsOfOtherForms() {
    Bytes content = NvidiaForge.joined(ONE, KEY, FWID);
    for (String head : new String[] {"30", "3081", "3082", "3080", "3083", "3084", "30ff"}) {
      String length = (head.equals("3082") ? "%04x" : "%02x").formatted(content.size());
      assertThat(of(COMPOSITE, NvidiaForge.joined(Bytes.ofHex(head + length), content)))
          .as(head)
          .isEqualTo(head.equals("30") ? FIRMWARE : NONE);
    }
  }

  /** Lengths have one form: 127 in one byte, 128 in two, 255 in two, 256 in three. */
  @Test
  void readsLengthsInTheirShortestFormOnly() {
    assertThat(filled("307f", 0x7F)).isEqualTo(FIRMWARE);
    assertThat(filled("30817f", 0x7F)).isEqualTo(NONE);
    assertThat(filled("308180", 0x80)).isEqualTo(FIRMWARE);
    assertThat(filled("3081ff", 0xFF)).isEqualTo(FIRMWARE);
    assertThat(filled("308200ff", 0xFF)).isEqualTo(NONE);
    assertThat(filled("30820100", 0x100)).isEqualTo(FIRMWARE);
  }

  /** With a key of so many bytes and this head. */
  private static Bytes filled(String head, int size) {
    Bytes key = NvidiaForge.joined(Bytes.ofHex(head), NvidiaForge.filled(size, 1));
    return of(COMPOSITE, NvidiaForge.der(0x30, ONE, key, FWID));
  }

  private static final Bytes NONE = Bytes.ofHex("");

  private static Bytes composite(Bytes firmware) {
    return NvidiaForge.der(0x30, ONE, KEY, NvidiaForge.fwid(NvidiaForge.SHA384, firmware));
  }

  private static Bytes fwids() {
    return NvidiaForge.der(0xA6, FWID);
  }

  private static Bytes of(String oid, Bytes extension) {
    return of(NvidiaForge.named("x").leaf().extension(oid, false, extension));
  }

  private static Bytes of(TestAuthority.Wish wish) {
    return DiceFwid.of(FORGE.brom.issue(wish).certificate()).orElse(NONE);
  }
}
