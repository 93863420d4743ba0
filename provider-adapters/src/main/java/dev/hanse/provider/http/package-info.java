/**
 * What every dialect over HTTP shares: the pooled client, one exchange's life, event streams and
 * what their headers say.
 */
@NullMarked
package dev.hanse.provider.http;

import org.jspecify.annotations.NullMarked;
