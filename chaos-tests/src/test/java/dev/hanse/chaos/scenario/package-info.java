/** What the mesh does when something breaks. */
@NullMarked
package dev.hanse.chaos.scenario;

import org.jspecify.annotations.NullMarked;
