/**
 * Translates between the records of {@code dev.hanse.api} and the generated messages.
 *
 * <p>{@code toProto} is total over what the records admit. {@code fromProto} reads what another
 * process sent and believes none of it: whatever breaks the contract is refused with a {@link
 * dev.hanse.api.wire.WireException} naming the field. Everything here is pure and safe on any
 * thread.
 */
@NullMarked
package dev.hanse.api.wire;

import org.jspecify.annotations.NullMarked;
