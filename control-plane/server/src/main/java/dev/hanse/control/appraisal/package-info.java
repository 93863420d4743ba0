/**
 * Appraisal policy as data: a strict YAML file, versioned and signed, and the collateral it is
 * judged with; read, checked and swapped whole while the control plane runs.
 */
@NullMarked
package dev.hanse.control.appraisal;

import org.jspecify.annotations.NullMarked;
