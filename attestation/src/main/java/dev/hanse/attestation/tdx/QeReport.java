package dev.hanse.attestation.tdx;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;

/**
 * What the CPU reports of the quoting enclave, the program that holds the key which signs quotes:
 * an SGX report body, 384 bytes.
 *
 * @param miscSelect 4 bytes
 * @param attributes 16 bytes
 * @param reportData 64 bytes: SHA-256 of attestation key and authentication data, then zeros
 */
record QeReport(
    Bytes miscSelect,
    Bytes attributes,
    Bytes mrEnclave,
    Bytes mrSigner,
    int isvProdId,
    int isvSvn,
    Bytes reportData) {
  static final int SIZE_BYTES = 384;

  /** Reads a report; its size was checked. */
  static QeReport read(Bytes report) throws Rejection {
    ByteReader in = new ByteReader(report);
    in.skip(16, "CPUSVN");
    Bytes miscSelect = in.bytes(4, "MISCSELECT");
    in.skip(28, "reserved");
    Bytes attributes = in.bytes(16, "ATTRIBUTES");
    Bytes mrEnclave = in.bytes(32, "MRENCLAVE");
    in.skip(32, "reserved");
    Bytes mrSigner = in.bytes(32, "MRSIGNER");
    in.skip(96, "reserved");
    int isvProdId = in.u16Le("ISVPRODID");
    int isvSvn = in.u16Le("ISVSVN");
    in.skip(60, "reserved");
    Bytes reportData = in.bytes(64, "REPORTDATA");
    return new QeReport(miscSelect, attributes, mrEnclave, mrSigner, isvProdId, isvSvn, reportData);
  }
}
