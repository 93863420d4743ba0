package dev.hanse.cli.mesh;

import dev.hanse.attestation.RollbackFloors;
import dev.hanse.control.ControlClock;
import dev.hanse.control.ControlConfig;
import dev.hanse.control.ControlGraph;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.store.MemoryLedger;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hanse control}: a region's control plane. */
@Command(
    name = "control",
    description = "Runs a region's control plane.",
    mixinStandardHelpOptions = true)
public final class ControlCommand implements Callable<Integer> {
  private static final Logger LOG = System.getLogger(ControlCommand.class.getName());

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() throws Exception {
    if (options.printed(ControlFile.class)) {
      return 0;
    }
    ControlFile file = options.read(ControlFile.class);
    ControlConfig config = file.control();
    AuthorityWatch authority = new AuthorityWatch(file.authority());
    RegionAuthority first = authority.load();
    Ledger ledger = config.dataDir().<Ledger>map(FileLedger::open).orElseGet(MemoryLedger::new);
    RollbackFloors floors =
        new RollbackFloors(
            rolledBack -> LOG.log(Level.WARNING, "outdated collateral refused: {0}", rolledBack));
    Attesting attesting = attesting(file, ledger, floors);
    PrintWriter out = spec.commandLine().getOut();
    Vertx vertx = RunningProcess.vertx();
    try {
      ControlGraph control =
          RunningProcess.awaitStart(
              ControlGraph.start(
                  vertx,
                  config,
                  new ControlGraph.Parts(
                      first,
                      attesting.appraiser(),
                      attesting.activations(),
                      floors,
                      attesting.tpms(),
                      ledger,
                      ControlClock.system(),
                      ControlMetrics.NONE)));
      authority.start(vertx, control);
      attesting.watch(vertx, control);
      out.printf(
          "control plane of %s: nodes at %s, admin API at http://%s%n",
          config.region(), control.rpc(), control.admin());
      out.flush();
      RunningProcess.untilStopped(out, control::close, vertx);
      return 0;
    } catch (Exception failure) {
      var _ = vertx.close();
      throw failure;
    }
  }

  /** Judges by what earlier processes on this ledger saw, too. */
  private static Attesting attesting(ControlFile file, Ledger ledger, RollbackFloors floors)
      throws IOException {
    try {
      floors.remember(ledger.load().floors());
      return Attesting.of(file.attestation(), floors);
    } catch (IOException | RuntimeException unusable) {
      ledger.close();
      throw unusable;
    }
  }
}
