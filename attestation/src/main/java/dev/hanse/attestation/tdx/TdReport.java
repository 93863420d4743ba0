package dev.hanse.attestation.tdx;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a TDX module reports of one trust domain: the body of its quote. Fields as Intel's "TDX DCAP
 * Quoting Library API" names them; numbers are little-endian there.
 *
 * @param teeTcbSvn 16 security versions of the module the domain was launched under; [1] is the
 *     module's major version
 * @param mrSeam SHA-384 of the module
 * @param mrSignerSeam SHA-384 of the module's signer; zero for Intel's own
 * @param seamAttributes 8 bytes
 * @param tdAttributes 64 bits; see {@link TdAttributes}
 * @param xfam 8 bytes: the extended features the domain may use
 * @param mrTd SHA-384 of the domain's first memory: its firmware
 * @param mrConfigId 48 bytes that whoever launched the domain chose
 * @param rtmrs four registers that the domain extends itself
 * @param reportData 64 bytes the domain asked to have signed
 * @param later what TD 1.5 adds
 */
public record TdReport(
    Bytes teeTcbSvn,
    Bytes mrSeam,
    Bytes mrSignerSeam,
    Bytes seamAttributes,
    long tdAttributes,
    Bytes xfam,
    Bytes mrTd,
    Bytes mrConfigId,
    Bytes mrOwner,
    Bytes mrOwnerConfig,
    List<Bytes> rtmrs,
    Bytes reportData,
    Optional<Later> later) {
  static final int SIZE_BYTES = 584;
  static final int LATER_SIZE_BYTES = 648;

  private static final int SVN_BYTES = 16;
  private static final int REGISTER_BYTES = 48;
  private static final int RTMR_COUNT = 4;
  private static final int WORD_BYTES = 8;
  private static final int REPORT_DATA_BYTES = 64;

  /**
   * The fields of TD 1.5.
   *
   * @param teeTcbSvn of the module that runs now: it can be replaced under a running domain
   * @param mrServiceTd SHA-384 over the service domains bound to this one, such as one that may
   *     migrate it; zero: none
   */
  public record Later(Bytes teeTcbSvn, Bytes mrServiceTd) {}

  public TdReport {
    rtmrs = List.copyOf(rtmrs);
  }

  /** Reads a body; its size was checked. */
  static TdReport read(ByteReader body, boolean td15) throws Rejection {
    Bytes teeTcbSvn = body.bytes(SVN_BYTES, "TEE_TCB_SVN");
    Bytes mrSeam = register(body, "MRSEAM");
    Bytes mrSignerSeam = register(body, "MRSIGNERSEAM");
    Bytes seamAttributes = body.bytes(WORD_BYTES, "SEAMATTRIBUTES");
    long tdAttributes = body.u64Le("TDATTRIBUTES");
    Bytes xfam = body.bytes(WORD_BYTES, "XFAM");
    Bytes mrTd = register(body, "MRTD");
    Bytes mrConfigId = register(body, "MRCONFIGID");
    Bytes mrOwner = register(body, "MROWNER");
    Bytes mrOwnerConfig = register(body, "MROWNERCONFIG");
    List<Bytes> rtmrs = new ArrayList<>(RTMR_COUNT);
    for (int i = 0; i < RTMR_COUNT; i++) {
      rtmrs.add(register(body, "RTMR"));
    }
    Bytes reportData = body.bytes(REPORT_DATA_BYTES, "REPORTDATA");
    Optional<Later> later =
        td15
            ? Optional.of(
                new Later(body.bytes(SVN_BYTES, "TEE_TCB_SVN_2"), register(body, "MRSERVICETD")))
            : Optional.empty();
    return new TdReport(
        teeTcbSvn,
        mrSeam,
        mrSignerSeam,
        seamAttributes,
        tdAttributes,
        xfam,
        mrTd,
        mrConfigId,
        mrOwner,
        mrOwnerConfig,
        rtmrs,
        reportData,
        later);
  }

  private static Bytes register(ByteReader body, String field) throws Rejection {
    return body.bytes(REGISTER_BYTES, field);
  }
}
