package dev.hanse.provider.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** A short answer, read whole. */
public record UpstreamReply(int status, MultiMap headers, Buffer body) {}
