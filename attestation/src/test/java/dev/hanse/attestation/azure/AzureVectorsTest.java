package dev.hanse.attestation.azure;

import dev.hanse.attestation.vectors.SharedVectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class AzureVectorsTest {
  @TestFactory
  Stream<DynamicTest> everySharedVectorGivesItsExpectedOutcome() {
    return SharedVectors.tests(new AzureJudge());
  }
}
