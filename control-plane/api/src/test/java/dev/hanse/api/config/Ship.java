package dev.hanse.api.config;

import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A configuration with one key of every type, all with defaults. */
@Doc("How the ship is run.")
record Ship(
    @Doc("What it is called.\nOn two lines.") @Default("Bunte Kuh") String name,
    @Default("") String motto,
    @Default("12") int oars,
    @Default("5_000_000_000") long cargoGrams,
    @Default("0.5") double trim,
    @Default("true") boolean armed,
    @Default("high-seas") Waters waters,
    @Default("1h") Duration watchLength,
    @Default("16MiB") ByteSize logBook,
    @Default("eu-west") RegionId home,
    @Default("acme.gpu-1") NodeId captain,
    @Default("llama-3") ModelId figurehead,
    @Default("127.0.0.1:8080") Endpoint berth,
    @Default("http://127.0.0.1:9000/a") URI agent,
    @Default("/var/log") Path logs,
    @Default("[coast, high-seas]") List<Waters> charts,
    List<String> crew,
    Map<String, Duration> watches,
    Optional<Duration> curfew,
    Optional<Integer> anchors,
    List<Double> soundings,
    @Secret Optional<String> cipher,
    Hold hold,
    Optional<Boat> boat,
    List<Boat> boats,
    Map<RegionId, Boat> ferries) {
  enum Waters {
    COAST,
    HIGH_SEAS
  }

  @Doc("Where the cargo lies.")
  record Hold(
      @Doc("How many barrels.") @Default("100") int maxBarrels, @Secret @Default("") String seal) {
    Hold {
      if (maxBarrels < 1) {
        throw new IllegalArgumentException("maxBarrels must be above 0, was " + maxBarrels);
      }
      if (maxBarrels > 500 && seal.isEmpty()) {
        throw new IllegalArgumentException("more than 500 barrels need a seal");
      }
    }

    @Override
    public String toString() {
      return Masked.text(this);
    }
  }

  /** A part with a key that has no default. */
  record Boat(@Doc("Painted on it.") String name, @Default("4") int seats) {}

  @Override
  public String toString() {
    return Masked.text(this);
  }
}
