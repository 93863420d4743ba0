package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A GET_MEASUREMENTS request and the MEASUREMENTS response to it, SPDM 1.1 (DMTF DSP0274 §10.11),
 * one after the other as NVIDIA's drivers give them. Parsed, not believed.
 *
 * @param nonce the one in the request: the response's own is the device's and proves nothing
 * @param measurements by SPDM index, from 1; 48 bytes each
 * @param opaque NVIDIA's own fields by type
 * @param signed all that the signature covers: everything before it
 * @param signature r and s, 48 bytes each, big-endian
 */
record SpdmReport(
    Bytes nonce,
    Map<Integer, Bytes> measurements,
    Map<Integer, Bytes> opaque,
    Bytes signed,
    Bytes signature) {
  static final int NONCE_BYTES = 32;
  static final int DIGEST_BYTES = 48;
  static final int SIGNATURE_BYTES = 96;

  private static final int SPDM_1_1 = 0x11;
  private static final int GET_MEASUREMENTS = 0xE0;
  private static final int MEASUREMENTS = 0x60;
  private static final int SIGNATURE_REQUESTED = 0x01;
  private static final int ALL_MEASUREMENTS = 0xFF;
  private static final int DMTF_SPECIFICATION = 1;

  /** What a block's size says beyond its digest: type and size of the DMTF part. */
  private static final int DMTF_HEAD_BYTES = 3;

  /** Genuine reports have at most 17. */
  private static final int OPAQUE_LIMIT = 64;

  SpdmReport {
    measurements = Collections.unmodifiableMap(new TreeMap<>(measurements));
    opaque = Collections.unmodifiableMap(new TreeMap<>(opaque));
  }

  static SpdmReport parse(Bytes requestAndResponse) throws Rejection {
    byte[] content = requestAndResponse.toArray();
    ByteReader reader = new ByteReader(content);
    Bytes nonce = request(reader);
    expect(reader.u8("response version"), SPDM_1_1, Reason.VERSION, "the response's version");
    expect(reader.u8("response code"), MEASUREMENTS, Reason.CODE, "the response's code");
    reader.skip(2, "response parameters");
    int blocks = reader.u8("number of blocks");
    long recordBytes = reader.u16Le("record length") | (long) reader.u8("record length") << 16;
    Map<Integer, Bytes> measurements = blocks(blocks, reader.slice(recordBytes, "record"));
    reader.skip(NONCE_BYTES, "the responder's nonce");
    int opaqueBytes = reader.u16Le("opaque length");
    Map<Integer, Bytes> opaque = opaque(reader.slice(opaqueBytes, "opaque fields"));
    Bytes signed = Bytes.copyOf(Arrays.copyOf(content, reader.position()));
    Bytes signature = reader.bytes(SIGNATURE_BYTES, "signature");
    reader.end("the evidence");
    return new SpdmReport(nonce, measurements, opaque, signed, signature);
  }

  private static Bytes request(ByteReader reader) throws Rejection {
    expect(reader.u8("request version"), SPDM_1_1, Reason.VERSION, "the request's version");
    expect(reader.u8("request code"), GET_MEASUREMENTS, Reason.CODE, "the request's code");
    expect(
        reader.u8("request attributes"),
        SIGNATURE_REQUESTED,
        Reason.OPERATION,
        "the request's attributes, which ask for a signature,");
    expect(
        reader.u8("request operation"),
        ALL_MEASUREMENTS,
        Reason.OPERATION,
        "the request's operation, which asks for all measurements,");
    Bytes nonce = reader.bytes(NONCE_BYTES, "nonce");
    reader.skip(1, "slot");
    return nonce;
  }

  private static Map<Integer, Bytes> blocks(int count, ByteReader record) throws Rejection {
    Map<Integer, Bytes> measurements = new TreeMap<>();
    for (int block = 0; block < count; block++) {
      int index = record.u8("block index");
      require(index >= 1, Reason.INDEX, "a measurement has the index 0");
      expect(
          record.u8("block specification"),
          DMTF_SPECIFICATION,
          Reason.STRUCTURE,
          "a block's specification");
      expect(
          record.u16Le("block size"),
          DMTF_HEAD_BYTES + DIGEST_BYTES,
          Reason.LENGTH,
          "a block's size");
      record.skip(1, "measurement type");
      expect(record.u16Le("measurement size"), DIGEST_BYTES, Reason.LENGTH, "a measurement's size");
      require(
          measurements.put(index, record.bytes(DIGEST_BYTES, "measurement")) == null,
          Reason.DUPLICATE,
          "measurement " + index + " stands there twice");
    }
    require(
        record.remaining() == 0,
        Reason.LENGTH,
        record.remaining() + " bytes follow the last block");
    return measurements;
  }

  private static Map<Integer, Bytes> opaque(ByteReader reader) throws Rejection {
    Map<Integer, Bytes> fields = new TreeMap<>();
    while (reader.remaining() > 0) {
      require(fields.size() < OPAQUE_LIMIT, Reason.OPAQUE, "there are too many opaque fields");
      int type = reader.u16Le("opaque type");
      int size = reader.u16Le("opaque size");
      require(
          fields.put(type, reader.bytes(size, "opaque field " + type)) == null,
          Reason.DUPLICATE,
          "opaque field " + type + " stands there twice");
    }
    return fields;
  }

  private static void expect(int found, int wanted, Reason otherwise, String what)
      throws Rejection {
    require(found == wanted, otherwise, what + " must be " + wanted + ", is " + found);
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
