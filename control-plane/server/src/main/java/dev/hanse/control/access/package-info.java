/** Who may come in: the secrets handed to clients and newcomers, of which only hashes are kept. */
@NullMarked
package dev.hanse.control.access;

import org.jspecify.annotations.NullMarked;
