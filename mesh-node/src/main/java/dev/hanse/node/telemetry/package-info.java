/**
 * Traces and metrics as decorators of ports, and the only room that knows OpenTelemetry. Turned
 * off, nothing is decorated, so it costs nothing. Nothing of a prompt or a completion is ever
 * recorded.
 */
@NullMarked
package dev.hanse.node.telemetry;

import org.jspecify.annotations.NullMarked;
