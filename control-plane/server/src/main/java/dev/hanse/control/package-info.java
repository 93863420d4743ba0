/** The control plane: enrols nodes, folds their reports into snapshots, federates regions. */
@NullMarked
package dev.hanse.control;

import org.jspecify.annotations.NullMarked;
