package dev.hanse.attestation.snp;

import dev.hanse.attestation.vectors.SharedVectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class SnpVectorsTest {
  @TestFactory
  Stream<DynamicTest> givesEverySharedVectorItsExpectedOutcome() {
    return SharedVectors.tests(new SnpJudge());
  }
}
