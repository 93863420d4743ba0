package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.hostile.Mutations;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.QuickSigner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invariant 19: whatever the bytes, a typed refusal, within bounds of memory and time. */
@Tag("fuzz")
class NitroFuzzTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final Bytes GOOD = FORGE.good();
  private static final Bytes FULL = FORGE.document(full());

  @Test
  void takesNoMutantOfADocument() {
    Fuzz.mutants(4711, List.of(GOOD, FULL), NitroFuzzTest::isVerified, mutant -> false);
  }

  /**
   * Past the signature: what is believed of a signed payload is what another reader finds in it.
   */
  @Test
  void takesSignedMutantsOfAPayloadForWhatTheySay() {
    Mutations mutations = new Mutations(4712);
    QuickSigner signer = new QuickSigner(FORGE.leaf);
    Fuzz.mutants(
        4712,
        List.of(GOOD, FULL),
        good -> signed(signer, mutations.of(payload(good))),
        NitroFuzzTest::isVerified,
        NitroFuzzTest::isReadAlike);
  }

  /** What is taken is the one form: written again, it comes to the same bytes. */
  @Test
  void takesCborInItsOneFormOnly() {
    Fuzz.mutants(
        4713,
        List.of(
            GOOD,
            payload(FULL),
            Bytes.ofHex("d284" + "a1" + "01" + "f6" + "4301ff03" + "62c3a9" + "1903e8"),
            Bytes.ofHex("a2" + "1b00000001ffffffff" + "8120" + "7818" + "61".repeat(24) + "a0")),
        NitroFuzzTest::isWalked,
        mutant -> mutant.equals(Cbor.again(ByteBuffer.wrap(mutant.toArray()))));
  }

  private static Map<String, Bytes> full() {
    Map<String, Bytes> fields = FORGE.with("nonce", Cbor.bytes(NitroForge.filled(32, 1)));
    fields.put("public_key", Cbor.bytes(NitroForge.filled(300, 2)));
    return fields;
  }

  private static Bytes signed(QuickSigner signer, Bytes payload) {
    Bytes toSign =
        Cbor.array(
            List.of(
                Cbor.text("Signature1"),
                Cbor.bytes(NitroForge.ES384),
                Cbor.bytes(Bytes.copyOf(new byte[0])),
                Cbor.bytes(payload)));
    return NitroForge.cose(NitroForge.ES384, Cbor.map(Map.of()), payload, signer.sign(toSign));
  }

  private static Bytes payload(Bytes document) {
    return (Bytes) ((List<?>) Cbor.decoded(ByteBuffer.wrap(document.toArray()))).get(2);
  }

  private static boolean isReadAlike(Bytes document) {
    Map<?, ?> said = (Map<?, ?>) Cbor.decoded(ByteBuffer.wrap(payload(document).toArray()));
    NitroStatement believed = statement(document);
    Map<Object, Object> pcrs = new HashMap<>();
    believed.pcrs().forEach((index, value) -> pcrs.put((long) index, value));
    return latin(believed.moduleId()).equals(said.get("module_id"))
        && "SHA384".equals(said.get("digest"))
        && Objects.equals(said.get("timestamp"), believed.timestamp().toEpochMilli())
        && pcrs.equals(said.get("pcrs"))
        && believed.certificate().equals(said.get("certificate"))
        && believed.cabundle().equals(said.get("cabundle"))
        && isAlike(believed.publicKey(), said, "public_key")
        && isAlike(believed.userData(), said, "user_data")
        && isAlike(believed.nonce(), said, "nonce")
        && List.of(
                "module_id",
                "digest",
                "timestamp",
                "pcrs",
                "certificate",
                "cabundle",
                "public_key",
                "user_data",
                "nonce")
            .containsAll(said.keySet());
  }

  /** Null and absent say the same. */
  private static boolean isAlike(Optional<Bytes> believed, Map<?, ?> said, String field) {
    Object value = said.containsKey(field) ? said.get(field) : Optional.empty();
    return Objects.equals(value, believed.isPresent() ? believed.get() : Optional.empty());
  }

  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static boolean isVerified(Bytes document) {
    return Outcome.of(FORGE.verifier.verify(NitroForge.evidence(document), NitroForge.NOW))
        .equals(Outcome.OK);
  }

  private static boolean isWalked(Bytes cbor) {
    try {
      CborReader.of(cbor);
      return true;
    } catch (Rejection refused) {
      return false;
    }
  }

  private static NitroStatement statement(Bytes document) {
    Instant at = NitroForge.NOW;
    return switch (FORGE.verifier.verify(NitroForge.evidence(document), at)) {
      case Verification.Verified(var claims) -> (NitroStatement) claims.statement();
      case Verification.Refused(var refusal) -> throw new AssertionError(refusal.message());
    };
  }
}
