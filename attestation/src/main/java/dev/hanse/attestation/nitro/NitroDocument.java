package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The envelope of an attestation document: COSE_Sign1 (RFC 9052 §4.2), tagged 18 or, as the Nitro
 * Security Module makes it, untagged. Parsed, not believed.
 *
 * @param payload as received; the signature is held against these very bytes
 * @param signature r and s, 48 bytes each, big-endian
 */
record NitroDocument(Bytes payload, Bytes signature, NitroStatement statement) {
  private static final int COSE_SIGN1_TAG = 18;
  private static final int SIGNATURE_BYTES = 96;

  /**
   * The protected header: {1: -35}, ES384. It has one canonical form and nothing else may stand in
   * it: no other algorithm, and no critical header.
   */
  private static final Bytes ES384 = Bytes.ofHex("a1013822");

  static NitroDocument parse(Bytes cose) throws Rejection {
    CborReader reader = CborReader.of(cose);
    reader.skipTag(COSE_SIGN1_TAG);
    require(reader.array("the document") == 4, Reason.STRUCTURE, "COSE_Sign1 has four parts");
    require(
        reader.bytes(Reason.STRUCTURE, "the protected header").equals(ES384),
        Reason.ALG,
        "the protected header says something else than algorithm ES384");
    require(
        reader.map("the unprotected header") == 0,
        Reason.STRUCTURE,
        "the unprotected header is not empty");
    Bytes payload = reader.bytes(Reason.STRUCTURE, "the payload");
    Bytes signature = reader.bytes(Reason.STRUCTURE, "the signature");
    require(
        signature.size() == SIGNATURE_BYTES,
        Reason.SIG_LENGTH,
        "an ES384 signature has " + SIGNATURE_BYTES + " bytes, has " + signature.size());
    return new NitroDocument(payload, signature, StatementReader.read(payload));
  }

  /** What was signed: Sig_structure (RFC 9052 §4.4) with no external data. */
  Bytes signedBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.size() + 32);
    out.write(0x84);
    out.write(0x6A);
    out.writeBytes("Signature1".getBytes(StandardCharsets.US_ASCII));
    out.write(0x44);
    out.writeBytes(ES384.toArray());
    out.write(0x40);
    writeBytesHead(out, payload.size());
    out.writeBytes(payload.toArray());
    return Bytes.copyOf(out.toByteArray());
  }

  /** A byte string's head in its shortest form; a document has at most 256 KiB. */
  private static void writeBytesHead(ByteArrayOutputStream out, int size) {
    if (size < 24) {
      out.write(0x40 | size);
    } else if (size < 1 << 8) {
      out.write(0x58);
      out.write(size);
    } else if (size < 1 << 16) {
      out.write(0x59);
      out.write(size >> 8);
      out.write(size);
    } else {
      out.write(0x5A);
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(size).array());
    }
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
