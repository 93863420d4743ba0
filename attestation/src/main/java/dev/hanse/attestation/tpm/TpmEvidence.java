package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The body of evidence of technology {@value #TECHNOLOGY}: a quote and what is needed to read it.
 * It has no collateral. Big-endian, every length of what follows it:
 *
 * <pre>
 *   u8   version, 1
 *   u16  length, TPMS_ATTEST
 *   u16  length, TPMT_SIGNATURE
 *   u16  length, TPMT_PUBLIC of the attestation key
 *   u8   count of PCR values, each: u16 bank (TPM_ALG_ID), u8 index, value of the bank's size;
 *        ascending by bank and index, each once
 *   u8   1 if an event log follows, else 0
 *   u32  length, event log as the kernel shows it
 * </pre>
 *
 * @param attest what is signed, byte for byte
 * @param pcrs the values quoted: all of them and no other
 */
public record TpmEvidence(
    Bytes attest,
    Bytes signature,
    Bytes publicArea,
    Map<Pcr, Bytes> pcrs,
    Optional<Bytes> eventLog) {
  public static final String TECHNOLOGY = "tpm2";

  private static final int VERSION = 1;

  public TpmEvidence {
    pcrs = Collections.unmodifiableSortedMap(new TreeMap<>(pcrs));
  }

  /** Reads a body, exactly; what it holds is not looked into yet. */
  public static TpmEvidence read(Bytes body) throws Rejection {
    ByteReader in = new ByteReader(body);
    int version = in.u8("version");
    Rejection.unless(
        version == VERSION,
        Stage.PARSE,
        Reason.VERSION,
        "TPM evidence of version " + version + " is unknown");
    Bytes attest = in.bytes(in.u16Be("quote length"), "quote");
    Bytes signature = in.bytes(in.u16Be("signature length"), "signature");
    Bytes publicArea = in.bytes(in.u16Be("public area length"), "public area");
    SortedMap<Pcr, Bytes> pcrs = pcrs(in);
    int logs = in.u8("log count");
    Rejection.unless(logs <= 1, Stage.PARSE, Reason.STRUCTURE, "evidence has " + logs + " logs");
    Optional<Bytes> eventLog = Optional.empty();
    if (logs == 1) {
      long size = in.u32Be("log length");
      Rejection.unless(
          size <= EventLog.LIMIT_BYTES,
          Stage.PARSE,
          Reason.LENGTH,
          "an event log of " + size + " bytes is over the limit of " + EventLog.LIMIT_BYTES);
      eventLog = Optional.of(in.bytes(size, "event log"));
    }
    in.end("TPM evidence");
    return new TpmEvidence(attest, signature, publicArea, pcrs, eventLog);
  }

  private static SortedMap<Pcr, Bytes> pcrs(ByteReader in) throws Rejection {
    int count = in.u8("PCR count");
    SortedMap<Pcr, Bytes> pcrs = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      TpmHash bank = TpmHash.of(in.u16Be("PCR bank"), Reason.PCR_BANK, "a PCR value");
      int index = in.u8("PCR index");
      Rejection.unless(
          index <= Pcr.LAST, Stage.PARSE, Reason.PCR_INDEX, "a value is of PCR " + index);
      Pcr pcr = new Pcr(bank, index);
      Rejection.unless(
          pcrs.isEmpty() || pcrs.lastKey().compareTo(pcr) < 0,
          Stage.PARSE,
          Reason.DUPLICATE,
          "PCR values are not in order, each once: " + pcr);
      pcrs.put(pcr, in.bytes(bank.bytes(), "PCR value"));
    }
    return pcrs;
  }

  /** As evidence. */
  public Evidence toEvidence() {
    return new Evidence(TECHNOLOGY, toBytes());
  }

  /** The body. */
  public Bytes toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(VERSION);
    for (Bytes part : new Bytes[] {attest, signature, publicArea}) {
      number(out, part.size(), 2);
      out.writeBytes(part.toArray());
    }
    out.write(pcrs.size());
    pcrs.forEach((pcr, value) -> {
      number(out, pcr.bank().code(), 2);
      out.write(pcr.index());
      out.writeBytes(value.toArray());
    });
    out.write(eventLog.isPresent() ? 1 : 0);
    eventLog.ifPresent(log -> {
      number(out, log.size(), 4);
      out.writeBytes(log.toArray());
    });
    return Bytes.copyOf(out.toByteArray());
  }

  private static void number(ByteArrayOutputStream out, int value, int size) {
    for (int shift = (size - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write(value >>> shift);
    }
  }
}
