package dev.hanse.attestation.tpm;

import dev.hanse.attestation.vectors.SharedVectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class TpmVectorsTest {
  @TestFactory
  Stream<DynamicTest> everySharedVectorGivesItsExpectedOutcome() {
    return SharedVectors.tests(new TpmJudge());
  }
}
