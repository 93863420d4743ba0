package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.hostile.Mutations;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.QuickSigner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invariant 19: whatever the bytes, a typed refusal, within bounds of memory and time. */
@Tag("fuzz")
class NvidiaFuzzTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final NvidiaVerifier VERIFIER = FORGE.verifier(CollateralStore.EMPTY);
  private static final List<Bytes> CHAIN = FORGE.chain();
  private static final Bytes GOOD = FORGE.good();
  private static final Bytes FULL = FORGE.report(full());
  private static final int SIGNATURE_BYTES = 96;
  private static final Bytes NOTHING = Bytes.copyOf(new byte[0]);

  /** Request, response head, blocks of 55 bytes, the device's nonce: then the opaque fields. */
  private static final int BLOCKS_AT = 45;

  private static final int OPAQUE_AT = BLOCKS_AT + 8 * 55 + 32 + 2;

  private final QuickSigner signer = new QuickSigner(FORGE.leaf);

  @Test
  void takesNoMutantOfAReport() {
    Fuzz.mutants(99, List.of(GOOD, FULL), NvidiaFuzzTest::isVerified, mutant -> false);
  }

  /** Past the signature: what is believed of a signed report is what another reader finds in it. */
  @Test
  void takesSignedMutantsOfAReportForWhatTheySay() {
    Mutations mutations = new Mutations(101);
    Fuzz.mutants(
        101,
        List.of(GOOD, FULL),
        good -> signed(mutations.of(unsigned(good))),
        NvidiaFuzzTest::isVerified,
        NvidiaFuzzTest::isReadAlike);
  }

  /** As above, with the length before the opaque fields mended. */
  @Test
  void takesSignedMutantsOfOpaqueFieldsForWhatTheySay() {
    Mutations mutations = new Mutations(102);
    Fuzz.mutants(
        102,
        List.of(GOOD, FULL),
        good -> {
          byte[] report = unsigned(good).toArray();
          Bytes opaque =
              mutations.of(Bytes.copyOf(Arrays.copyOfRange(report, OPAQUE_AT, report.length)));
          return signed(
              NvidiaForge.joined(
                  Bytes.copyOf(Arrays.copyOf(report, OPAQUE_AT - 2)),
                  NvidiaForge.little(2, opaque.size()),
                  opaque));
        },
        NvidiaFuzzTest::isVerified,
        NvidiaFuzzTest::isReadAlike);
  }

  private static Map<Integer, Bytes> full() {
    Map<Integer, Bytes> fields = NvidiaForge.with(35, NvidiaForge.text("GH100\0"));
    fields.put(11, Bytes.ofHex("55"));
    fields.put(999, NvidiaForge.filled(40, 3));
    return fields;
  }

  private Bytes signed(Bytes unsigned) {
    return NvidiaForge.joined(unsigned, signer.sign(unsigned));
  }

  private static Bytes unsigned(Bytes report) {
    return Bytes.copyOf(Arrays.copyOf(report.toArray(), report.size() - SIGNATURE_BYTES));
  }

  /** Read along DSP0274 by position, and the opaque fields one after the other. */
  private static boolean isReadAlike(Bytes report) {
    ByteBuffer said = ByteBuffer.wrap(report.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, Bytes> measured = new TreeMap<>();
    int blocks = Byte.toUnsignedInt(said.get(41));
    for (int block = 0; block < blocks; block++) {
      int at = BLOCKS_AT + block * 55;
      measured.put(Byte.toUnsignedInt(said.get(at)) - 1, taken(said, at + 7, 48));
    }
    int at = BLOCKS_AT + blocks * 55 + 32;
    int end = at + 2 + Short.toUnsignedInt(said.getShort(at));
    Map<Integer, Bytes> opaque = new TreeMap<>();
    for (at += 2; at < end; ) {
      int size = Short.toUnsignedInt(said.getShort(at + 2));
      opaque.put(Short.toUnsignedInt(said.getShort(at)), taken(said, at + 4, size));
      at += 4 + size;
    }
    Verification.Verified verified =
        (Verification.Verified)
            VERIFIER.verify(NvidiaForge.evidence(report, CHAIN), NvidiaForge.NOW);
    GpuStatement believed = (GpuStatement) verified.claims().statement();
    byte[] vbios = opaque.getOrDefault(6, NOTHING).toArray();
    return end == report.size() - SIGNATURE_BYTES
        && verified.claims().bound().containsValue(taken(said, 4, 32))
        && believed.measurements().equals(measured)
        && believed.driverVersion().equals(Optional.of(text(opaque.getOrDefault(3, NOTHING))))
        && believed
            .vbiosVersion()
            .equals(
                "%02X.%02X.%02X.%02X.%02X"
                    .formatted(vbios[3], vbios[2], vbios[1], vbios[0], vbios[4]))
        && believed.firmware().equals(opaque.getOrDefault(20, believed.firmware()))
        && believed.firmwareReported() == opaque.containsKey(20)
        && believed
            .driverRim()
            .orElseThrow()
            .id()
            .equals(
                "NV_GPU_DRIVER_"
                    + text(opaque.getOrDefault(35, NvidiaForge.text("GH100")))
                    + "_"
                    + text(opaque.getOrDefault(3, NOTHING)));
  }

  private static Bytes taken(ByteBuffer from, int at, int size) {
    byte[] taken = new byte[size];
    from.get(at, taken);
    return Bytes.copyOf(taken);
  }

  private static String text(Bytes zeroPadded) {
    return new String(zeroPadded.toArray(), StandardCharsets.ISO_8859_1).replace("\0", "");
  }

  private static boolean isVerified(Bytes report) {
    return Outcome.of(VERIFIER.verify(NvidiaForge.evidence(report, CHAIN), NvidiaForge.NOW))
        .equals(Outcome.OK);
  }
}
