/**
 * Sets of evidence with expected outcomes, and the judges that run them: the library's own exam.
 */
@NullMarked
package dev.hanse.attestation.vectors;

import org.jspecify.annotations.NullMarked;
