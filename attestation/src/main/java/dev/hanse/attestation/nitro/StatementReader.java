package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Certificates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the payload of a document: the map of AWS's specification (aws-nitro-enclaves-nsm-api,
 * docs/attestation_process.md §3.1), every key at most once, none that it does not name.
 */
final class StatementReader {
  private static final int PCR_LIMIT = 32;
  private static final int PCR_BYTES = 48;
  private static final int FIELD_LIMIT_BYTES = 1024;
  private static final int MODULE_ID_LIMIT_CHARS = 256;

  /** The leaf is one certificate of a chain, the bundle the others. */
  private static final int BUNDLE_LIMIT = Certificates.LIMIT_COUNT - 1;

  /** The last millisecond of the year 9999, as certificates know it. */
  private static final long TIMESTAMP_LIMIT_MILLIS = 253_402_300_799_999L;

  private enum Key {
    MODULE_ID("module_id"),
    DIGEST("digest"),
    TIMESTAMP("timestamp"),
    PCRS("pcrs"),
    CERTIFICATE("certificate"),
    CABUNDLE("cabundle"),
    PUBLIC_KEY("public_key"),
    USER_DATA("user_data"),
    NONCE("nonce");

    private final String text;

    Key(String text) {
      this.text = text;
    }

    static Key of(String text) throws Rejection {
      for (Key key : values()) {
        if (key.text.equals(text)) {
          return key;
        }
      }
      throw new Rejection(
          Stage.PARSE,
          Reason.UNKNOWN_KEY,
          "an attestation document has no field of " + text.length() + " letters by that name");
    }
  }

  private final CborReader reader;
  private final Map<Key, Bytes> fields = new EnumMap<>(Key.class);
  private final Map<Integer, Bytes> pcrs = new HashMap<>();
  private final List<Bytes> cabundle = new ArrayList<>();
  private String moduleId = "";
  private Optional<Instant> timestamp = Optional.empty();
  private boolean digestNamed;

  private StatementReader(CborReader reader) {
    this.reader = reader;
  }

  static NitroStatement read(Bytes payload) throws Rejection {
    return new StatementReader(CborReader.of(payload)).statement();
  }

  private NitroStatement statement() throws Rejection {
    Set<Key> seen = EnumSet.noneOf(Key.class);
    for (long pairs = reader.map("the payload"); pairs > 0; pairs--) {
      Key key = Key.of(reader.text("a key"));
      require(seen.add(key), Reason.DUPLICATE_KEY, key.text + " stands there twice");
      read(key);
    }
    require(digestNamed, Reason.STRUCTURE, "digest is missing");
    return new NitroStatement(
        present(!moduleId.isEmpty(), moduleId, Key.MODULE_ID),
        timestamp.orElseThrow(() -> missing(Key.TIMESTAMP)),
        present(!pcrs.isEmpty(), pcrs, Key.PCRS),
        optional(Key.CERTIFICATE).orElseThrow(() -> missing(Key.CERTIFICATE)),
        present(!cabundle.isEmpty(), cabundle, Key.CABUNDLE),
        optional(Key.PUBLIC_KEY),
        optional(Key.USER_DATA),
        optional(Key.NONCE));
  }

  private void read(Key key) throws Rejection {
    switch (key) {
      case MODULE_ID -> readModuleId();
      case DIGEST -> {
        require(
            reader.text("digest").equals("SHA384"), Reason.STRUCTURE, "digest must be \"SHA384\"");
        digestNamed = true;
      }
      case TIMESTAMP -> readTimestamp();
      case PCRS -> readPcrs();
      case CERTIFICATE -> fields.put(key, field(1, Reason.LENGTH, "certificate"));
      case CABUNDLE -> readBundle();
      case PUBLIC_KEY -> readOptional(key, 1, Reason.LENGTH);
      case USER_DATA -> readOptional(key, 0, Reason.USER_DATA_LENGTH);
      case NONCE -> readOptional(key, 0, Reason.LENGTH);
    }
  }

  private void readModuleId() throws Rejection {
    moduleId = reader.text("module_id");
    require(
        !moduleId.isEmpty()
            && moduleId.length() <= MODULE_ID_LIMIT_CHARS
            && moduleId.chars().allMatch(letter -> letter > ' ' && letter < 0x7F),
        Reason.MODULE_ID,
        "module_id is empty, too long or not plain text");
  }

  private void readTimestamp() throws Rejection {
    long millis = reader.unsigned("timestamp");
    require(
        millis > 0 && millis <= TIMESTAMP_LIMIT_MILLIS,
        Reason.TIMESTAMP,
        "timestamp is not a time: " + Long.toUnsignedString(millis));
    timestamp = Optional.of(Instant.ofEpochMilli(millis));
  }

  private void readPcrs() throws Rejection {
    long count = reader.map("pcrs");
    require(count >= 1 && count <= PCR_LIMIT, Reason.PCRS, "there are 1 to 32 PCRs, not " + count);
    for (; count > 0; count--) {
      long index = reader.unsigned("a PCR's index");
      require(
          index >= 0 && index < PCR_LIMIT,
          Reason.PCR_INDEX,
          "there is no PCR " + Long.toUnsignedString(index));
      Bytes value = reader.bytes(Reason.TYPE, "a PCR");
      require(
          value.size() == PCR_BYTES,
          Reason.PCRS,
          "a PCR of SHA-384 has 48 bytes, PCR " + index + " has " + value.size());
      require(
          pcrs.put((int) index, value) == null,
          Reason.DUPLICATE_KEY,
          "PCR " + index + " stands there twice");
    }
  }

  private void readBundle() throws Rejection {
    long count = reader.array("cabundle");
    require(
        count >= 1 && count <= BUNDLE_LIMIT,
        Reason.CABUNDLE,
        "cabundle has 1 to " + BUNDLE_LIMIT + " certificates, has " + count);
    for (; count > 0; count--) {
      cabundle.add(field(1, Reason.CABUNDLE, "a certificate of cabundle"));
    }
  }

  private void readOptional(Key key, int minBytes, Reason otherwise) throws Rejection {
    if (!reader.skipNull()) {
      fields.put(key, field(minBytes, otherwise, key.text));
    }
  }

  private Bytes field(int minBytes, Reason otherwise, String name) throws Rejection {
    Bytes value = reader.bytes(Reason.TYPE, name);
    require(
        value.size() >= minBytes && value.size() <= FIELD_LIMIT_BYTES,
        otherwise,
        name + " of " + value.size() + " bytes, may have " + minBytes + " to " + FIELD_LIMIT_BYTES);
    return value;
  }

  private Optional<Bytes> optional(Key key) {
    return Optional.ofNullable(fields.get(key));
  }

  private static <T> T present(boolean isThere, T value, Key key) throws Rejection {
    if (!isThere) {
      throw missing(key);
    }
    return value;
  }

  private static Rejection missing(Key key) {
    return new Rejection(Stage.PARSE, Reason.STRUCTURE, key.text + " is missing");
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
