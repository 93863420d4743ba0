package dev.hanse.control.admin;

import io.vertx.ext.web.RoutingContext;

/** A part of the path; the route has it, or there would be no such request. */
final class PathParam {
  private PathParam() {}

  static String of(RoutingContext request, String name) {
    String value = request.pathParam(name);
    if (value == null) {
      throw new IllegalStateException(
          "no " + name + " in the route of " + request.normalizedPath());
    }
    return value;
  }
}
