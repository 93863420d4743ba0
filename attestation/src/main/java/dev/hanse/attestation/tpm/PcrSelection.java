package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which registers of one bank a quote is over: TPMS_PCR_SELECTION.
 *
 * @param indexes ascending; none is legal, and quotes nothing
 */
public record PcrSelection(TpmHash bank, List<Integer> indexes) {
  /** A TPM has at most as many banks as hashes are known. */
  private static final int BANK_LIMIT = 8;

  private static final int BITMAP_LIMIT_BYTES = (Pcr.LAST + Byte.SIZE) / Byte.SIZE;

  public PcrSelection {
    SortedSet<Integer> sorted = new TreeSet<>(indexes);
    sorted.forEach(index -> new Pcr(bank, index));
    indexes = List.copyOf(sorted);
  }

  /** The registers, in the order they are hashed. */
  public List<Pcr> pcrs() {
    return indexes.stream().map(index -> new Pcr(bank, index)).toList();
  }

  /** Reads a TPML_PCR_SELECTION. */
  public static List<PcrSelection> readAll(ByteReader in) throws Rejection {
    long count = in.u32Be("PCR selection count");
    Rejection.unless(
        count <= BANK_LIMIT,
        Stage.PARSE,
        Reason.LENGTH,
        "a PCR selection of " + count + " banks is over the limit of " + BANK_LIMIT);
    List<PcrSelection> selections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      selections.add(read(in));
    }
    return List.copyOf(selections);
  }

  private static PcrSelection read(ByteReader in) throws Rejection {
    TpmHash bank = TpmHash.of(in.u16Be("PCR bank"), Reason.PCR_BANK, "a PCR selection");
    int size = in.u8("PCR bitmap size");
    Rejection.unless(
        size <= BITMAP_LIMIT_BYTES,
        Stage.PARSE,
        Reason.LENGTH,
        "a PCR bitmap of " + size + " bytes is over the limit of " + BITMAP_LIMIT_BYTES);
    List<Integer> indexes = new ArrayList<>();
    for (int at = 0; at < size; at++) {
      int bits = in.u8("PCR bitmap");
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        if ((bits & 1 << bit) != 0) {
          indexes.add(at * Byte.SIZE + bit);
        }
      }
    }
    return new PcrSelection(bank, indexes);
  }
}
