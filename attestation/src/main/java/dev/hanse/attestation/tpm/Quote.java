package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a TPM signs when it is asked for a quote: TPMS_ATTEST of type TPM_ST_ATTEST_QUOTE (TPM 2.0
 * Library, part 2, 10.12).
 *
 * @param signer the qualified name of the key
 * @param extraData what the caller had signed along
 * @param counters of the moment it was made
 * @param firmwareVersion the manufacturer's own number
 * @param selections which registers it is over, in the order they are hashed
 * @param pcrDigest over their values
 */
public record Quote(
    Bytes signer,
    Bytes extraData,
    Counters counters,
    long firmwareVersion,
    List<PcrSelection> selections,
    Bytes pcrDigest) {
  /** TPM_GENERATED_VALUE: no restricted key signs anything from outside that starts with it. */
  private static final long MAGIC = 0xFF544347L;

  private static final int TYPE_QUOTE = 0x8018;

  /** A name: hash and digest of SHA-512. */
  private static final int NAME_LIMIT_BYTES = 2 + 64;

  private static final List<Integer> DIGEST_BYTES = List.of(32, 48, 64);

  public Quote {
    selections = List.copyOf(selections);
  }

  /** Reads a TPMS_ATTEST that must be a quote. */
  public static Quote read(Bytes attest) throws Rejection {
    ByteReader in = new ByteReader(attest);
    long magic = in.u32Be("magic");
    Rejection.unless(
        magic == MAGIC,
        Stage.PARSE,
        Reason.MAGIC,
        "not made by a TPM: starts with " + Long.toHexString(magic));
    int type = in.u16Be("type");
    Rejection.unless(
        type == TYPE_QUOTE,
        Stage.PARSE,
        Reason.ATTEST_TYPE,
        "a statement of type " + Integer.toHexString(type) + " is no quote");
    Bytes signer = sized(in, NAME_LIMIT_BYTES, "signer");
    Bytes extraData = sized(in, NAME_LIMIT_BYTES, "extra data");
    Counters counters = Counters.read(in);
    long firmwareVersion = in.u64Be("firmware version");
    List<PcrSelection> selections = PcrSelection.readAll(in);
    Bytes pcrDigest = sized(in, NAME_LIMIT_BYTES, "PCR digest");
    Rejection.unless(
        DIGEST_BYTES.contains(pcrDigest.size()),
        Stage.PARSE,
        Reason.LENGTH,
        "a PCR digest of " + pcrDigest.size() + " bytes is none of SHA-2");
    in.end("the quote");
    return new Quote(signer, extraData, counters, firmwareVersion, selections, pcrDigest);
  }

  /** A TPM2B of at most so many bytes. */
  private static Bytes sized(ByteReader in, int limitBytes, String field) throws Rejection {
    int size = in.u16Be(field + " size");
    Rejection.unless(
        size <= limitBytes,
        Stage.PARSE,
        Reason.LENGTH,
        field + " of " + size + " bytes is over the limit of " + limitBytes);
    return in.bytes(size, field);
  }

  /** The registers it is over, in the order they are hashed; one may stand there twice. */
  public List<Pcr> pcrs() {
    List<Pcr> pcrs = new ArrayList<>();
    selections.forEach(selection -> pcrs.addAll(selection.pcrs()));
    return List.copyOf(pcrs);
  }

  /**
   * Refuses values that are not exactly those it was made over.
   *
   * @param hash of the signing scheme, which is also the digest's
   */
  public void requireValues(Map<Pcr, Bytes> values, TpmHash hash) throws Rejection {
    List<Pcr> quoted = pcrs();
    for (Pcr given : values.keySet()) {
      require(
          selections.stream().anyMatch(any -> any.bank() == given.bank()),
          Reason.PCR_BANK,
          "nothing of the bank " + given.bank().bank() + " has been quoted");
      require(
          quoted.contains(given), Reason.PCR_NOT_QUOTED, "PCR " + given + " has not been quoted");
    }
    var digest = hash.digest();
    for (Pcr pcr : quoted) {
      Bytes value = values.get(pcr);
      if (value == null) {
        boolean bankGiven = values.keySet().stream().anyMatch(any -> any.bank() == pcr.bank());
        throw new Rejection(
            Stage.POLICY,
            bankGiven ? Reason.PCR_DIGEST : Reason.PCR_BANK,
            "PCR " + pcr + " is quoted and its value missing");
      }
      digest.update(value.toArray());
    }
    require(
        Bytes.copyOf(digest.digest()).equals(pcrDigest),
        Reason.PCR_DIGEST,
        "the values given are not those that were quoted");
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.POLICY, reason, detail);
  }
}
