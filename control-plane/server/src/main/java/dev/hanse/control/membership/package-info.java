/**
 * What the mesh is made of, folded from what members and regions say.
 *
 * <p>Core: it knows no socket, no file and no clock. Everything in it belongs to one thread at a
 * time; the composition root confines it to one event loop.
 */
@NullMarked
package dev.hanse.control.membership;

import org.jspecify.annotations.NullMarked;
