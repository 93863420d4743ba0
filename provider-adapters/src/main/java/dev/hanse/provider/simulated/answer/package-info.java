/** What a simulated engine says: reading the request, counting its tokens, making up the answer. */
@NullMarked
package dev.hanse.provider.simulated.answer;

import org.jspecify.annotations.NullMarked;
