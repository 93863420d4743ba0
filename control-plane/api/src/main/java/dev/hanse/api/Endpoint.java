package dev.hanse.api;

/** Where a process listens. {@code port} is 0 for a process that takes no connections. */
public record Endpoint(String host, int port) {
  public static final Endpoint NONE = new Endpoint("", 0);

  public Endpoint {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
    if (port > 0 && host.isBlank()) {
      throw new IllegalArgumentException("an endpoint with a port needs a host");
    }
  }

  public boolean isPresent() {
    return port > 0;
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
