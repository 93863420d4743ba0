package dev.hanse.cli.demo;

import dev.hanse.api.RegionId;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a newcomer reads when the demo is up: where it is, a first request, and what to try next.
 */
record Welcome(DemoMesh mesh, DemoPlan plan) {
  void print(PrintWriter out, Duration startedIn) {
    URI first = mesh.edges().getFirst();
    out.printf(
        Locale.ROOT,
        "%nHanse: three regions are up (%.1f s). Engines: %s.%n%n",
        startedIn.toMillis() / 1000.0,
        plan.real().isPresent()
            ? plan.real().get().url().toString()
            : "simulated, and they say so in every answer");
    for (RegionId region : mesh.regions()) {
      out.printf(
          "  %-9s edge %s/v1   admin %s   nodes %s%n",
          region,
          mesh.edge(region),
          mesh.admin(region),
          mesh.providersOf(region).stream().map(Object::toString).collect(Collectors.joining(" ")));
    }
    out.printf(
        """

        Key:   %2$s
        Model: %3$s

        A first request:

          curl -i %1$s/v1/chat/completions \\
            -H "Authorization: Bearer %2$s" -H "Content-Type: application/json" \\
            -d '{"model":"%3$s","messages":[{"role":"user","content":"What was the Hanse?"}]}'

        x-hanse-node, x-hanse-region and x-hanse-placement say who answered and why. Then try:

          the same with "stream":true, or -H "x-hanse-region: us-east", or -H "x-hanse-max-price: 0.10"
          mesh-node/bin/hanse nodes            every node, its load and its price
          mesh-node/bin/hanse drain %4$s       take a node out; watch requests go elsewhere
          mesh-node/bin/hanse keys create --tenant me --rpm 60
          mesh-node/bin/hanse replay --trace FILE --limit 100      a recorded hour, as a client
          curl %1$s/metrics

        Ctrl-C stops everything.
        """,
        first, mesh.key(), mesh.model(), mesh.providersOf(mesh.regions().getFirst()).getLast());
    out.flush();
  }
}
