package dev.hanse.attestation.tdx;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.Arrays;

/**
 * A quote taken apart; nothing of it is believed yet. Little-endian: header 48; in version 5 the
 * type and size of the body; body 584 or 648; size of the signature part; signature 64, attestation
 * key 64, certification data of type 6 holding QE report 384, its signature 64, authentication data
 * and, of type 5, the certificates.
 *
 * <p>What follows the signature part is signed by nobody, and platforms leave there what was in the
 * buffer: it is passed over and not kept.
 *
 * @param signed what {@code signature} is over: everything up to the end of the body
 * @param attestationKey x and y of a P-256 key
 * @param qeReport as signed by {@code qeSignature}
 * @param certificates PEM, leaf first
 */
record TdxQuote(
    int version,
    TdReport report,
    Bytes signed,
    Bytes signature,
    Bytes attestationKey,
    Bytes qeReport,
    Bytes qeSignature,
    Bytes qeAuthentication,
    Bytes certificates) {
  /** Twice the buffer Linux gives a quote ({@code GET_QUOTE_BUF_SIZE}); real ones have 5 KiB. */
  static final int LIMIT_BYTES = 16 * 1024;

  private static final int ECDSA_P256 = 2;
  private static final long TEE_TDX = 0x81;
  private static final Bytes INTEL_QE = Bytes.ofHex("939a7233f79c4ca9940a0db3957f0607");
  private static final int BODY_TD10 = 2;
  private static final int BODY_TD15 = 3;
  private static final int CERTIFIED_BY_QE = 6;
  private static final int CERTIFIED_BY_PCK_CHAIN = 5;

  static TdxQuote parse(Bytes quote) throws Rejection {
    require(
        quote.size() <= LIMIT_BYTES,
        Reason.LENGTH,
        "a quote of " + quote.size() + " bytes is over the limit of " + LIMIT_BYTES);
    byte[] all = quote.toArray();
    ByteReader in = new ByteReader(all);
    int version = header(in);
    TdReport report = version == 4 ? body(in, false, TdReport.SIZE_BYTES) : typedBody(in);
    Bytes signed = Bytes.copyOf(Arrays.copyOf(all, in.position()));
    ByteReader part = in.slice(in.u32Le("signature part size"), "signature part");
    Bytes signature = part.bytes(64, "signature");
    Bytes attestationKey = part.bytes(64, "attestation key");
    ByteReader certification = certification(part, CERTIFIED_BY_QE, "QE certification data");
    part.end("the signature part");
    Bytes qeReport = certification.bytes(QeReport.SIZE_BYTES, "QE report");
    Bytes qeSignature = certification.bytes(64, "QE report signature");
    Bytes qeAuthentication =
        certification.bytes(
            certification.u16Le("QE authentication data size"), "QE authentication data");
    ByteReader chain = certification(certification, CERTIFIED_BY_PCK_CHAIN, "PCK certificates");
    certification.end("the QE certification data");
    Bytes certificates = chain.bytes(chain.remaining(), "PCK certificates");
    return new TdxQuote(
        version,
        report,
        signed,
        signature,
        attestationKey,
        qeReport,
        qeSignature,
        qeAuthentication,
        certificates);
  }

  private static int header(ByteReader in) throws Rejection {
    int version = in.u16Le("version");
    require(version == 4 || version == 5, Reason.VERSION, "quote version " + version);
    int keyType = in.u16Le("attestation key type");
    require(keyType == ECDSA_P256, Reason.AK_TYPE, "attestation key type " + keyType);
    long tee = in.u32Le("TEE type");
    require(tee == TEE_TDX, Reason.TEE_TYPE, "TEE type " + tee + " is not TDX");
    in.skip(4, "reserved");
    Bytes vendor = in.bytes(16, "QE vendor");
    require(vendor.equals(INTEL_QE), Reason.TYPE, "QE vendor " + vendor + " is not Intel");
    in.skip(20, "user data");
    return version;
  }

  private static TdReport typedBody(ByteReader in) throws Rejection {
    int type = in.u16Le("body type");
    require(
        type == BODY_TD10 || type == BODY_TD15,
        Reason.BODY_TYPE,
        "body type " + type + " is no TD");
    return body(in, type == BODY_TD15, in.u32Le("body size"));
  }

  private static TdReport body(ByteReader in, boolean td15, long size) throws Rejection {
    ByteReader body = in.slice(size, "body");
    require(
        size == (td15 ? TdReport.LATER_SIZE_BYTES : TdReport.SIZE_BYTES),
        Reason.BODY_SIZE,
        "a body of " + size + " bytes is not of its type");
    return TdReport.read(body, td15);
  }

  private static ByteReader certification(ByteReader in, int wanted, String what) throws Rejection {
    int type = in.u16Le(what + " type");
    require(type == wanted, Reason.CERT_TYPE, what + " of type " + type + ", not " + wanted);
    return in.slice(in.u32Le(what + " size"), what);
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
