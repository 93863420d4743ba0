package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteReaderTest {
  private static final Bytes EIGHT = Bytes.ofHex("f1f2f3f4f5f6f7f8");

  private final ByteReader in = new ByteReader(EIGHT);

  @Test
  void readsUnsignedNumbersOfBothOrders() throws Rejection {
    assertThat(new ByteReader(EIGHT).u8("x")).isEqualTo(0xF1);
    assertThat(new ByteReader(EIGHT).u16Be("x")).isEqualTo(0xF1F2);
    assertThat(new ByteReader(EIGHT).u16Le("x")).isEqualTo(0xF2F1);
    assertThat(new ByteReader(EIGHT).u32Be("x")).isEqualTo(0xF1F2F3F4L);
    assertThat(new ByteReader(EIGHT).u32Le("x")).isEqualTo(0xF4F3F2F1L);
    assertThat(new ByteReader(EIGHT).u64Be("x")).isEqualTo(0xF1F2F3F4F5F6F7F8L);
    assertThat(new ByteReader(EIGHT).u64Le("x")).isEqualTo(0xF8F7F6F5F4F3F2F1L);
  }

  @Test
  void goesOnBehindWhatItRead() throws Rejection {
    in.u8("a");
    in.u16Be("b");
    in.skip(1, "c");
    assertThat(in.bytes(2, "d").hex()).isEqualTo("f5f6");
    assertThat(in.position()).isEqualTo(6);
    assertThat(in.remaining()).isEqualTo(2);
    in.bytes(2, "e");
    in.end("it");
  }

  @Test
  void cutsOutASliceThatEndsWhereItWasCut() throws Rejection {
    in.u8("a");
    ByteReader slice = in.slice(3, "slice");

    assertThat(slice.remaining()).isEqualTo(3);
    assertThat(slice.bytes(3, "x").hex()).isEqualTo("f2f3f4");
    slice.end("the slice");
    refused(() -> slice.u8("beyond"), Reason.LENGTH, "beyond needs 1 bytes, 0 are left");
    assertThat(in.u8("b")).isEqualTo(0xF5);
  }

  @ParameterizedTest
  @ValueSource(longs = {9, -1, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE})
  void refusesCountsOutOfWhatIsLeftAndStaysWhereItWas(long count) throws Rejection {
    String problem = "run needs " + count + " bytes, 8 are left";
    refused(() -> in.bytes(count, "run"), Reason.LENGTH, problem);
    refused(() -> in.skip(count, "run"), Reason.LENGTH, problem);
    refused(() -> in.slice(count, "run"), Reason.LENGTH, problem);
    assertThat(in.position()).isZero();
    assertThat(in.bytes(8, "all")).isEqualTo(EIGHT);
  }

  @Test
  void refusesNumbersThatAreCutShort() throws Rejection {
    in.skip(8, "all");
    refused(() -> in.u8("x"), Reason.LENGTH, "x needs 1 bytes, 0 are left");
    ByteReader seven = new ByteReader(EIGHT);
    seven.u8("first");
    refused(() -> seven.u64Be("x"), Reason.LENGTH, "x needs 8 bytes, 7 are left");
    refused(() -> seven.u64Le("x"), Reason.LENGTH, "x needs 8 bytes, 7 are left");
    assertThat(seven.position()).isEqualTo(1);
  }

  @Test
  void refusesReservedBytesThatAreNotZeroWhereverTheyStand() throws Rejection {
    ByteReader good = new ByteReader(Bytes.ofHex("000000ff"));
    good.zeros(3, "padding");
    assertThat(good.u8("behind")).isEqualTo(0xFF);

    for (String bad : new String[] {"010000", "000100", "000001"}) {
      ByteReader reader = new ByteReader(Bytes.ofHex(bad));
      refused(
          () -> reader.zeros(3, "padding"), Reason.RESERVED, "padding is reserved and not zero");
    }
    ByteReader shorter = new ByteReader(Bytes.ofHex("0000"));
    refused(() -> shorter.zeros(3, "padding"), Reason.LENGTH, "padding needs 3 bytes, 2 are left");
  }

  @Test
  void refusesBytesThatAreLeftOver() throws Rejection {
    in.skip(6, "most");
    refused(() -> in.end("it"), Reason.TRAILING, "it has 2 bytes left over");
  }

  private static void refused(ThrowingCallable reading, Reason reason, String detail) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection ->
                assertThat(rejection.refusal())
                    .isEqualTo(new Refusal.Rejected(Stage.PARSE, reason, detail)))
        .hasMessage(detail);
  }
}
