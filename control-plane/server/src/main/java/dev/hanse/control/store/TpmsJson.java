package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.Counters;
import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.control.workflow.TpmMemory;

/**
 * The file of what is known of TPMs. Readers throw {@code IllegalArgumentException}: to go on
 * without it would let a TPM be set back.
 */
final class TpmsJson {
  /**
   * A TPM's name is a hash behind the two bytes that name its algorithm; SHA-512 is the longest.
   */
  private static final int NAME_LIMIT_BYTES = 66;

  private static final long U32_MAX = 0xFFFF_FFFFL;

  private TpmsJson() {}

  static ObjectNode of(TpmMemory.Known known) {
    ObjectNode file = JsonNodeFactory.instance.objectNode().put("format", JsonFile.FORMAT);
    ArrayNode keys = file.putArray("keys");
    known
        .keys()
        .forEach(one -> {
          ArrayNode certificates =
              keys.addObject()
                  .put("name", one.name().hex())
                  .put("activatedAt", one.at().toString())
                  .put("endorsementKey", one.endorsementKey().encoded().toArray())
                  .putArray("certificates");
          one.certificates().forEach(der -> certificates.add(der.toArray()));
        });
    ArrayNode counters = file.putArray("counters");
    known
        .counters()
        .forEach(one ->
            counters
                .addObject()
                .put("tpm", one.tpm().hex())
                .put("clockMillis", Long.toUnsignedString(one.counters().clockMillis()))
                .put("resetCount", one.counters().resetCount())
                .put("restartCount", one.counters().restartCount())
                .put("safe", one.counters().safe())
                .put("saidAt", one.at().toString()));
    return file;
  }

  static TpmMemory.Known known(JsonNode file) {
    Fields fields = new Fields(file);
    return new TpmMemory.Known(
        fields.list("keys", TpmMemory.MOST, TpmsJson::key),
        fields.list("counters", TpmMemory.MOST, TpmsJson::said));
  }

  private static ActivatedKeys.Activated key(JsonNode node) {
    Fields key = new Fields(node);
    return new ActivatedKeys.Activated(
        key.hex("name", NAME_LIMIT_BYTES),
        endorsementKey(key),
        key.list(
            "certificates",
            Certificates.LIMIT_COUNT,
            certificate -> Fields.bytes(certificate, "certificates")),
        key.time("activatedAt"));
  }

  /** Whether it is believed is seen when it is asked for, by whatever is trusted then. */
  private static TpmPublic endorsementKey(Fields key) {
    try {
      return TpmPublic.read(key.bytes("endorsementKey"));
    } catch (Rejection unreadable) {
      throw new IllegalArgumentException("endorsementKey must be a TPM's public area", unreadable);
    }
  }

  private static RememberedCounters.Said said(JsonNode node) {
    Fields said = new Fields(node);
    Bytes tpm = said.hex("tpm", NAME_LIMIT_BYTES);
    return new RememberedCounters.Said(
        tpm,
        new Counters(
            clock(said),
            said.number("resetCount", U32_MAX),
            said.number("restartCount", U32_MAX),
            said.flag("safe")),
        said.time("saidAt"));
  }

  /** As text: a clock has 64 bits without sign. */
  private static long clock(Fields said) {
    try {
      return Long.parseUnsignedLong(said.text("clockMillis"));
    } catch (NumberFormatException broken) {
      throw new IllegalArgumentException("clockMillis must be a text of digits", broken);
    }
  }
}
