package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.vectors.SharedVectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class NvidiaVectorsTest {
  @TestFactory
  Stream<DynamicTest> everySharedVectorComesOutAsExpected() {
    return SharedVectors.tests(new NvidiaJudge());
  }
}
