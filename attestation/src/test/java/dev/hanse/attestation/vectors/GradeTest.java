package dev.hanse.attestation.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.policy.CheckList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A vector is met by its expected outcome, at its stage, for its reason: nothing else will do. */
class GradeTest {
  private static final Refusal.Rejected LENGTH =
      new Refusal.Rejected(Stage.PARSE, Reason.LENGTH, "too long");

  @ParameterizedTest
  @CsvSource({
    "accept,true",
    "any,true",
    "reject,false",
    "crypto-ok,false",
    "match,false",
    "replay,false"
  })
  void acceptanceMeetsWhatIsToBeAccepted(String expect, boolean asExpected) {
    Grade grade = Grade.of(vector(expect, "-", "OK"), new Verdict.Accepted());

    assertThat(grade.asExpected()).isEqualTo(asExpected);
    assertThat(grade)
        .extracting(Grade::got, Grade::stage, Grade::reason, Grade::detail)
        .containsExactly("accept", "-", "OK", "");
  }

  @ParameterizedTest
  @CsvSource({
    "reject,parse,LENGTH,true",
    "reject,crypto,LENGTH,false",
    "reject,parse,TRAILING,false",
    "any,parse,LENGTH,true",
    "any,policy,DEBUG,true",
    "accept,parse,LENGTH,false",
    "crypto-ok,parse,LENGTH,false"
  })
  void rejectionMeetsItsStageAndReason(
      String expect, String stage, String reason, boolean asExpected) {
    Grade grade = Grade.of(vector(expect, stage, reason), new Verdict.Rejected(LENGTH));

    assertThat(grade.asExpected()).isEqualTo(asExpected);
    assertThat(grade)
        .extracting(Grade::got, Grade::stage, Grade::reason, Grade::detail)
        .containsExactly("reject", "parse", "LENGTH", "too long");
  }

  @ParameterizedTest
  @CsvSource({
    "crypto-ok,parse,LENGTH,true",
    "crypto-ok,parse,TRAILING,false",
    "accept,parse,LENGTH,false",
    "any,parse,LENGTH,false"
  })
  void goodSignaturesMeetOnlyWhereNoMoreIsExpected(
      String expect, String stage, String reason, boolean asExpected) {
    Grade grade = Grade.of(vector(expect, stage, reason), new Verdict.CryptoOk(LENGTH));

    assertThat(grade.got()).isEqualTo("crypto-ok");
    assertThat(grade.asExpected()).isEqualTo(asExpected);
  }

  @Test
  void aMatchMeetsItsOwnOutcome() {
    assertThat(Grade.of(vector("match", "-", "KAT"), new Verdict.Matched("match")))
        .extracting(Grade::asExpected, Grade::got, Grade::stage, Grade::reason)
        .containsExactly(true, "match", "-", "KAT");
    assertThat(Grade.of(vector("replay", "-", "OK"), new Verdict.Matched("match")).asExpected())
        .isFalse();
  }

  @Test
  void aListOfChecksIsAcceptedUnlessOneFailed() {
    CheckList checks = new CheckList();
    checks.passed("one");
    assertThat(Verdict.of(checks)).isEqualTo(new Verdict.Accepted());

    checks.check("two", false, Stage.PARSE, Reason.LENGTH, "too long");
    checks.check("three", false, Reason.DEBUG, "on");
    assertThat(Verdict.of(checks)).isEqualTo(new Verdict.Rejected(LENGTH));
  }

  @Test
  void readsParametersInHexadecimalWhereTheyAreText() {
    ObjectNode params = JsonNodeFactory.instance.objectNode().put("a", "0f").put("n", 5);
    Vector vector =
        new Vector(
            "id",
            Map.of("report", Bytes.ofHex("01")),
            Optional.empty(),
            "",
            Optional.empty(),
            "accept",
            "-",
            "OK",
            params);

    assertThat(vector.hex("a")).contains(Bytes.ofHex("0f"));
    assertThat(vector.hex("n")).isEmpty();
    assertThat(vector.hex("missing")).isEmpty();
    assertThat(vector.file("report")).contains(Bytes.ofHex("01"));
    assertThat(vector.file("missing")).isEmpty();
    assertThat(vector.neighbours()).isEmpty();
    assertThat(vector.among(List.of(Map.of())).neighbours()).hasSize(1);
    assertThat(vector.among(List.of(Map.of())).id()).isEqualTo("id");
  }

  private static Vector vector(String expect, String stage, String reason) {
    return new Vector(
        "id",
        Map.of(),
        Optional.empty(),
        "",
        Optional.empty(),
        expect,
        stage,
        reason,
        JsonNodeFactory.instance.objectNode());
  }
}
