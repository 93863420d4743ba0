package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.LoggedEvent;
import dev.hanse.attestation.vectors.SharedVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RtmrReplayTest {
  private static final Bytes ZERO = Bytes.copyOf(new byte[48]);
  private static final Bytes DIGEST = Bytes.ofHex("d1".repeat(48));

  @Test
  void countsRegistersFromOneAndStartsThemAtZero() throws Rejection {
    byte[] both = new byte[96];
    System.arraycopy(DIGEST.toArray(), 0, both, 48, 48);
    Bytes extended = TpmHash.SHA384.of(Bytes.copyOf(both));

    assertThat(RtmrReplay.of(log(TpmHash.SHA384, 1))).containsExactly(extended, ZERO, ZERO, ZERO);
    assertThat(RtmrReplay.of(log(TpmHash.SHA384, 4))).containsExactly(ZERO, ZERO, ZERO, extended);
  }

  @Test
  void refusesRegistersThatAreNoRtmr() {
    rejected(() -> RtmrReplay.of(log(TpmHash.SHA384, 0)), Stage.PARSE, Reason.INDEX);
    rejected(() -> RtmrReplay.of(log(TpmHash.SHA384, 5)), Stage.PARSE, Reason.INDEX);
  }

  @Test
  void refusesAnotherBank() {
    rejected(() -> RtmrReplay.of(log(TpmHash.SHA256, 1)), Stage.PARSE, Reason.PCR_BANK);
  }

  @Test
  void explainsTheRegistersOfAGenuineQuote() throws IOException, Rejection {
    Path folder = SharedVectors.folder(TdxVerifier.TECHNOLOGY).resolve("real");
    assumeTrue(Files.isDirectory(folder), "genuine quotes are not here");
    Bytes quote = Bytes.copyOf(Files.readAllBytes(folder.resolve("v4-cos113-00806f.quote.bin")));
    byte[] ccel = Files.readAllBytes(folder.resolve("v4-cos113.ccel.bin"));
    List<Bytes> rtmrs = TdxQuote.parse(quote).report().rtmrs();

    assertThat(RtmrReplay.of(EventLog.read(Bytes.copyOf(ccel)))).isEqualTo(rtmrs);

    ccel[200] ^= 1;
    assertThat(RtmrReplay.of(EventLog.read(Bytes.copyOf(ccel)))).isNotEqualTo(rtmrs);
  }

  private static EventLog log(TpmHash bank, int register) {
    Bytes digest = bank == TpmHash.SHA384 ? DIGEST : Bytes.ofHex("d1".repeat(32));
    return new EventLog(
        true,
        List.of(bank),
        0,
        List.of(
            new LoggedEvent(
                register, EventLog.SEPARATOR, Map.of(bank, digest), Bytes.copyOf(new byte[0]))));
  }
}
