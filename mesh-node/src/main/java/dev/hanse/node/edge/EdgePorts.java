package dev.hanse.node.edge;

import dev.hanse.api.MemberView;
import dev.hanse.node.routing.Explained;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.serving.Serving;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What an edge needs from the rest of its node. All are called on event loops and never block.
 *
 * @param members of the view placed by now, for {@code /v1/models}; the same list while the view is
 *     the same
 * @param ready whether requests can be placed, for {@code /readyz}
 * @param metrics in Prometheus' text format, for {@code /metrics}
 * @param explain where a request would be placed, for {@code /hanse/v1/explain}; takes about a
 *     millisecond
 */
public record EdgePorts(
    Serving serving,
    EdgeObserver observer,
    Supplier<List<MemberView>> members,
    BooleanSupplier ready,
    Supplier<Buffer> metrics,
    Function<PlacementRequest, Explained> explain) {}
