/** {@code hanse verify-evidence}: attestation evidence judged offline, for people and scripts. */
@NullMarked
package dev.hanse.cli.evidence;

import org.jspecify.annotations.NullMarked;
