/** The official OpenAI client against a whole mesh. */
@NullMarked
package dev.hanse.chaos.client;

import org.jspecify.annotations.NullMarked;
