package dev.hanse.attestation.tpm.eventlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.tpm.TpmHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static final Bytes ONE = Bytes.copyOf(new byte[] {1}).sha256();
  private static final Bytes SPEC = spec(new int[] {0xB, 32});

  @Test
  void readsACryptoAgileLogAndExtendsByItsDigests() throws Exception {
    EventLog log = EventLog.read(joined(SPEC, event(5, 0xD, "grub"), event(5, 0xD, "kernel")));

    assertThat(log.agile()).isTrue();
    assertThat(log.banks()).containsExactly(TpmHash.SHA256);
    assertThat(log.events()).hasSize(2);
    Bytes first = joined(Bytes.copyOf(new byte[32]), digestOf("grub")).sha256();
    assertThat(log.replay(TpmHash.SHA256))
        .isEqualTo(Map.of(5, joined(first, digestOf("kernel")).sha256()));
    assertThat(log.replay(TpmHash.SHA1)).isEmpty();
    assertThat(log.start(0, TpmHash.SHA256)).isEqualTo(Bytes.copyOf(new byte[32]));
  }

  @Test
  void readsALogOfSha1Alone() throws Exception {
    Bytes digest = TpmHash.SHA1.of(ONE);
    ByteBuffer out =
        little().putInt(4).putInt(0xD).put(digest.toArray()).putInt(2).putShort((short) 9);

    EventLog log = EventLog.read(written(out));

    assertThat(log.agile()).isFalse();
    assertThat(log.banks()).containsExactly(TpmHash.SHA1);
    assertThat(log.replay(TpmHash.SHA1))
        .isEqualTo(Map.of(4, TpmHash.SHA1.of(joined(Bytes.copyOf(new byte[20]), digest))));
  }

  @Test
  void startsPcr0WhereTheStartupLocalityNoteSays() throws Exception {
    for (int locality : new int[] {0, 3, 4}) {
      EventLog log = EventLog.read(joined(SPEC, locality(0, locality), event(0, 8, "v1")));
      byte[] start = new byte[32];
      start[31] = (byte) locality;

      assertThat(log.startupLocality()).isEqualTo(locality);
      assertThat(log.replay(TpmHash.SHA256))
          .isEqualTo(Map.of(0, joined(Bytes.copyOf(start), digestOf("v1")).sha256()));
    }
  }

  @Test
  void refusesAStartupLocalityThatIsImpossibleTwiceLateOrElsewhere() {
    refused(joined(SPEC, locality(0, 2)), Reason.STRUCTURE);
    refused(joined(SPEC, locality(0, 3), locality(0, 3)), Reason.STRUCTURE);
    refused(joined(SPEC, event(0, 8, "v1"), locality(0, 3)), Reason.STRUCTURE);
    refused(joined(SPEC, locality(1, 3)), Reason.STRUCTURE);
    refused(joined(SPEC, event(0, 3, "StartupLocality\0\3\0")), Reason.TRAILING);
    refused(joined(SPEC, event(0, 3, "StartupLocality\0")), Reason.LENGTH);
  }

  @Test
  void otherRegistersStartWithZerosAndThoseOfADynamicLaunchWithOnes() throws Exception {
    EventLog log = EventLog.read(joined(SPEC, locality(0, 3)));
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    for (int pcr = 1; pcr < 24; pcr++) {
      assertThat(log.start(pcr, TpmHash.SHA256))
          .isEqualTo(Bytes.copyOf(pcr >= 17 && pcr <= 22 ? ones : new byte[32]));
    }
  }

  @Test
  void refusesLogsWithoutAnythingOrTooLarge() throws Exception {
    refused(Bytes.copyOf(new byte[0]), Reason.LENGTH);
    assertThat(EventLog.read(filled(EventLog.LIMIT_BYTES)).events()).hasSize(1);
    refused(filled(EventLog.LIMIT_BYTES + 1), Reason.LENGTH);
  }

  /** A good log of so many bytes, of one event. */
  private static Bytes filled(int bytes) {
    byte[] full = Arrays.copyOf(SPEC.toArray(), bytes);
    ByteBuffer.wrap(full)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(SPEC.size())
        .putInt(1)
        .putInt(0xD)
        .putInt(1)
        .putShort((short) 0xB)
        .put(new byte[32])
        .putInt(full.length - SPEC.size() - 50);
    return Bytes.copyOf(full);
  }

  @Test
  void refusesRegistersThatNoTpmHas() throws Exception {
    refused(joined(SPEC, event(24, 0xD, "x")), Reason.PCR_INDEX);
    assertThat(EventLog.read(joined(SPEC, event(23, 0xD, "x"))).events()).hasSize(1);
  }

  @Test
  void refusesBanksThatNoneCanHave() throws Exception {
    refused(spec(new int[0]), Reason.LENGTH);
    refused(spec(new int[] {0xB, 31}), Reason.LENGTH);
    refused(spec(new int[] {0xB, 32, 0xB, 32}), Reason.DUPLICATE);
    refused(spec(new int[] {0x12, 65}), Reason.LENGTH);
    refused(spec(new int[] {0x12, 0}), Reason.LENGTH);
    refused(spec(new int[] {1, 1, 2, 1, 3, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1, 10, 1}), Reason.LENGTH);
    assertThat(
            EventLog.read(spec(new int[] {1, 1, 2, 1, 3, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1})).banks())
        .isEmpty();
    assertThat(EventLog.read(spec(new int[] {0x12, 64, 0xB, 32})).banks())
        .containsExactly(TpmHash.SHA256);
    refused(joined(SPEC, Bytes.copyOf(new byte[1])), Reason.LENGTH);
  }

  @Test
  void refusesEventsWithOtherDigestsThanTheLogsBanks() {
    Bytes two = spec(new int[] {0x4, 20, 0xB, 32});
    refused(joined(two, event(1, 0xD, "x")), Reason.LENGTH);
    ByteBuffer twice = little().putInt(1).putInt(0xD).putInt(2);
    twice.putShort((short) 0xB).put(new byte[32]).putShort((short) 0xB).put(new byte[32]).putInt(0);
    refused(joined(two, written(twice)), Reason.DUPLICATE);
    ByteBuffer unknown = little().putInt(1).putInt(0xD).putInt(1);
    unknown.putShort((short) 0xC).put(new byte[48]).putInt(0);
    refused(joined(SPEC, written(unknown)), Reason.STRUCTURE);
  }

  @Test
  void refusesSizesThatLeadOutOfTheLog() {
    ByteBuffer huge = little().putInt(1).putInt(0xD).putInt(1).putShort((short) 0xB);
    huge.put(new byte[32]).putInt(-1);
    refused(joined(SPEC, written(huge)), Reason.LENGTH);
    byte[] good = joined(SPEC, event(1, 4, "abcd")).toArray();
    for (int length = 1; length < good.length; length++) {
      if (length != SPEC.size()) {
        refused(Bytes.copyOf(Arrays.copyOf(good, length)), Reason.LENGTH);
      }
    }
  }

  @Test
  void findsTheEventWhoseTextIsALieOnlyWhereTextIsMeasured() throws Exception {
    Bytes lie = event(7, 4, ONE, "not what was measured");
    EventLog log = EventLog.read(joined(SPEC, event(7, 0xD, ONE, "text"), lie));
    assertThat(log.firstLie(TpmHash.SHA256, Set.of(7))).contains(log.events().get(1));
    assertThat(log.firstLie(TpmHash.SHA256, Set.of(6))).isEmpty();
    assertThat(log.firstLie(TpmHash.SHA384, Set.of(7))).isPresent();
  }

  @Test
  void readsSecureBootOnlyOffTheFirmwaresOwnVariable() throws Exception {
    assertThat(secureBoot(variable("SecureBoot", new byte[] {1}))).isEqualTo(SecureBoot.ON);
    assertThat(secureBoot(variable("SecureBoot", new byte[] {0}))).isEqualTo(SecureBoot.OFF);
    assertThat(secureBoot(variable("SecureBoot", new byte[0]))).isEqualTo(SecureBoot.OFF);
    assertThat(secureBoot(variable("SecureBoot", new byte[] {2}))).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(secureBoot(variable("SecureBoot", new byte[] {1, 1}))).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(secureBoot(variable("SecureB00t", new byte[] {1}))).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(secureBoot(variable("SetupMode", new byte[] {1}))).isEqualTo(SecureBoot.UNKNOWN);
    byte[] other = variable("SecureBoot", new byte[] {1}).toArray();
    other[0] ^= 1;
    assertThat(secureBoot(Bytes.copyOf(other))).isEqualTo(SecureBoot.UNKNOWN);
    byte[] good = variable("SecureBoot", new byte[] {1}).toArray();
    assertThat(secureBoot(Bytes.copyOf(Arrays.copyOf(good, good.length + 1))))
        .isEqualTo(SecureBoot.UNKNOWN);
    for (int length = 0; length < good.length; length++) {
      assertThat(secureBoot(Bytes.copyOf(Arrays.copyOf(good, length))))
          .isEqualTo(SecureBoot.UNKNOWN);
    }
    assertThat(
            SecureBoot.of(
                EventLog.read(
                    joined(
                        SPEC,
                        event(6, 0x80000001, variable("SecureBoot", new byte[] {1})),
                        event(7, 0x80000002, variable("SecureBoot", new byte[] {1}))))))
        .isEqualTo(SecureBoot.UNKNOWN);
  }

  @Test
  @Tag("fuzz")
  void anyBytesAreALogOrATypedRefusal() {
    Bytes good =
        joined(
            SPEC,
            locality(0, 3),
            event(7, 0x80000001, variable("SecureBoot", new byte[] {1})),
            event(7, 4, "abcd"));
    ByteBuffer old = little().putInt(4).putInt(0xD).put(new byte[20]).putInt(1).put((byte) 9);
    old.putInt(7).putInt(4).put(new byte[20]).putInt(4).putInt(0);
    Fuzz.mutants(
        11,
        List.of(good, written(old)),
        log -> {
          try {
            EventLog read = EventLog.read(log);
            return read.replay(TpmHash.SHA256) != null && SecureBoot.of(read) != null;
          } catch (Rejection malformed) {
            return false;
          }
        },
        mutant -> true);
  }

  @Test
  void keepsTheTextThatIsMeasuredAndNoOther() throws Exception {
    EventLog log =
        EventLog.read(joined(SPEC, event(4, 0x80000003, "loader"), event(5, 0x80000007, "action")));

    assertThat(log.events().get(0).data()).isEqualTo(Bytes.copyOf(new byte[0]));
    assertThat(log.events().get(1).data()).isEqualTo(Bytes.copyOf("action".getBytes(ISO_8859_1)));
  }

  @Test
  void readsTheVendorsOwnBytesBehindTheBanksAndNothingBehindThem() throws Exception {
    assertThat(EventLog.read(specWith("0102")).banks()).containsExactly(TpmHash.SHA256);
    refused(specWith("0002"), Reason.TRAILING);
    refused(specWith("03aabb"), Reason.LENGTH);
  }

  /** A Spec ID event of one bank, from its vendor's size on. */
  private static Bytes specWith(String vendor) {
    Bytes end = Bytes.ofHex(vendor);
    ByteBuffer out = little().putInt(0).putInt(3).put(new byte[20]).putInt(32 + end.size());
    out.put("Spec ID Event03\0".getBytes(ISO_8859_1)).putInt(0).putInt(0).putInt(1);
    out.putShort((short) 0xB).putShort((short) 32);
    return written(out.put(end.toArray()));
  }

  /** Only the first event, only a note, and only with all of its signature. */
  @Test
  void aLogIsCryptoAgileBySpecIdAlone() throws Exception {
    byte[] other = SPEC.toArray();
    other[32 + 14] = '4';
    assertThat(EventLog.read(Bytes.copyOf(other)).agile()).isFalse();
    byte[] noNote = SPEC.toArray();
    noNote[4] = 4;
    assertThat(EventLog.read(Bytes.copyOf(noNote)).agile()).isFalse();
    assertThat(EventLog.read(joined(SPEC, event(0, 3, "StartupLocalitY\0\3"))).startupLocality())
        .isZero();
  }

  @Test
  void refusesANoteThatIsCutWithinItsBanks() {
    ByteBuffer out = little().putInt(0).putInt(3).put(new byte[20]).putInt(26);
    out.put("Spec ID Event03\0".getBytes(ISO_8859_1)).putInt(0).putInt(0).putShort((short) 1);
    refused(written(out), Reason.LENGTH);
  }

  @Test
  void whatIsSaidTwiceAlikeIsSaidAndWhatIsSaidLateIsNot() throws Exception {
    Bytes on = event(7, 0x80000001, variable("SecureBoot", new byte[] {1}));
    Bytes off = event(7, 0x80000001, variable("SecureBoot", new byte[] {0}));
    Bytes separator = event(7, 4, "\0\0\0\0");
    Bytes elsewhere = event(6, 4, "\0\0\0\0");

    assertThat(said(on, on)).isEqualTo(SecureBoot.ON);
    assertThat(said(on, off)).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(said(on, separator, off)).isEqualTo(SecureBoot.ON);
    assertThat(said(separator, on)).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(said(elsewhere, on)).isEqualTo(SecureBoot.ON);
    Bytes cut = Bytes.copyOf(Arrays.copyOf(variable("SecureBoot", new byte[] {1}).toArray(), 40));
    assertThat(said(event(7, 0x80000001, cut), on)).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(said(on, event(7, 0x80000001, variable("SecureBoot", new byte[] {2}))))
        .isEqualTo(SecureBoot.UNKNOWN);
  }

  private static SecureBoot said(Bytes... events) throws Rejection {
    return SecureBoot.of(EventLog.read(joined(SPEC, joined(events))));
  }

  private static SecureBoot secureBoot(Bytes variable) throws Rejection {
    return SecureBoot.of(EventLog.read(joined(SPEC, event(7, 0x80000001, variable))));
  }

  private static Bytes variable(String name, byte[] value) {
    return written(
        little()
            .put(Bytes.ofHex("61dfe48bca93d211aa0d00e098032b8c").toArray())
            .putLong(name.length())
            .putLong(value.length)
            .put(name.getBytes(UTF_16LE))
            .put(value));
  }

  private static Bytes locality(int pcr, int locality) {
    return event(pcr, 3, "StartupLocality\0" + (char) locality);
  }

  private static Bytes event(int pcr, int type, String data) {
    return event(pcr, type, Bytes.copyOf(data.getBytes(ISO_8859_1)));
  }

  private static Bytes event(int pcr, int type, Bytes data) {
    return event(pcr, type, data.sha256(), new String(data.toArray(), ISO_8859_1));
  }

  private static Bytes event(int pcr, int type, Bytes digest, String data) {
    ByteBuffer out = little().putInt(pcr).putInt(type).putInt(1).putShort((short) 0xB);
    return written(out.put(digest.toArray()).putInt(data.length()).put(data.getBytes(ISO_8859_1)));
  }

  private static Bytes spec(int[] banks) {
    ByteBuffer out = little().putInt(0).putInt(3).put(new byte[20]).putInt(29 + 2 * banks.length);
    out.put("Spec ID Event03\0".getBytes(ISO_8859_1)).putInt(0).putInt(0).putInt(banks.length / 2);
    for (int field : banks) {
      out.putShort((short) field);
    }
    return written(out.put((byte) 0));
  }

  private static Bytes digestOf(String text) {
    return Bytes.copyOf(text.getBytes(ISO_8859_1)).sha256();
  }

  private static ByteBuffer little() {
    return ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Bytes written(ByteBuffer out) {
    byte[] content = new byte[out.position()];
    out.get(0, content);
    return Bytes.copyOf(content);
  }

  private static Bytes joined(Bytes... parts) {
    ByteBuffer out = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(Bytes::size).sum());
    for (Bytes part : parts) {
      out.put(part.toArray());
    }
    return written(out);
  }

  private static void refused(Bytes log, Reason reason) {
    assertThatThrownBy(() -> EventLog.read(log))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> {
              assertThat(rejection.refusal().reason()).isEqualTo(reason);
              assertThat(rejection.refusal().stage()).isEqualTo(Stage.PARSE);
            });
  }
}
