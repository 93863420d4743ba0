package dev.hanse.node.serving;

/**
 * A W3C trace context on its way: the two header values, empty where there is none.
 *
 * <p>Source: W3C Trace Context, sections 3.2 and 3.3.
 */
public record TraceContext(String traceparent, String tracestate) {
  public static final TraceContext NONE = new TraceContext("", "");
}
