/**
 * Where clients arrive: OpenAI's HTTP API over sockets, errors and streams in the form its SDKs
 * expect. Behind it there is only {@link dev.hanse.node.serving.Serving}.
 */
@NullMarked
package dev.hanse.node.edge;

import org.jspecify.annotations.NullMarked;
