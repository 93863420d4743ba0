/**
 * The dialect of Anthropic's Messages API, translated from and to OpenAI's chat completions. What
 * it cannot express is refused by name, never dropped.
 */
@NullMarked
package dev.hanse.provider.anthropic;

import org.jspecify.annotations.NullMarked;
