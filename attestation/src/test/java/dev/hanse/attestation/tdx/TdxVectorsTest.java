package dev.hanse.attestation.tdx;

import dev.hanse.attestation.vectors.SharedVectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class TdxVectorsTest {
  @TestFactory
  Stream<DynamicTest> everySharedVectorComesOutAsItsManifestSays() {
    return SharedVectors.tests(new TdxJudge());
  }
}
