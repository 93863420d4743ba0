package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Intel thinks of the platform, TDX module and quoting enclave that made a quote.
 *
 * <p>By Intel's "TDX DCAP Quote Verification" appraisal: a level counts if every security version
 * is at least its own, and the first that counts is it. A module of a major version above 0 has
 * levels of its own, by its minor version, and the first two of the platform's TDX versions are
 * then not compared. The whole is worth what its worst part is.
 *
 * <p>A body of TD 1.5 has two sets of module versions: those the domain was launched under, and
 * those that run now, since a module can be replaced under a running domain. Both are judged:
 * outdated at launch and current now is {@code TDRelaunchAdvised}, because what the old module let
 * happen at launch stays; everything else is the worse of the two.
 *
 * @param tdx of platform and module
 * @param tdxDate what was disclosed before is mitigated there; of the outdated part, if one is
 * @param qe of the quoting enclave
 * @param qeDate as {@code tdxDate}
 * @param advisories all that are open for any part, sorted
 * @param evaluation the lower {@code tcbEvaluationDataNumber} of TCB info and QE identity
 */
public record TcbEvaluation(
    TcbStatus tdx,
    Instant tdxDate,
    TcbStatus qe,
    Instant qeDate,
    List<String> advisories,
    int evaluation) {
  private static final int MODULE_MINOR = 0;
  private static final int MODULE_MAJOR = 1;

  public TcbEvaluation {
    advisories = List.copyOf(advisories);
  }

  /** The worst of all parts. */
  public TcbStatus worst() {
    return tdx.and(qe);
  }

  /**
   * Judges a quote by collateral.
   *
   * @throws Rejection of stage endorsement for what no policy may accept: another platform, enclave
   *     or module than the collateral's, versions below every level, an unknown or revoked status
   */
  static TcbEvaluation of(SignedQuote quote, TdxCollateral collateral) throws Rejection {
    TcbInfo tcbInfo = collateral.tcbInfo();
    PckPlatform platform = quote.platform();
    require(
        platform.fmspc().equals(tcbInfo.fmspc()),
        Reason.FMSPC,
        "the platform is of " + platform.fmspc() + ", the TCB info of " + tcbInfo.fmspc());
    require(
        platform.pceId().equals(tcbInfo.pceId()),
        Reason.PCEID,
        "the platform has PCE " + platform.pceId() + ", the TCB info " + tcbInfo.pceId());
    Finding qe = enclave(quote.qeReport(), collateral.qeIdentity());
    TdReport report = quote.report();
    Finding tdx = platformAndModule(platform, report, report.teeTcbSvn(), tcbInfo);
    Optional<TdReport.Later> later = report.later();
    if (later.isPresent()) {
      tdx = tdx.replacedBy(platformAndModule(platform, report, later.get().teeTcbSvn(), tcbInfo));
    }
    require(tdx.status() != TcbStatus.REVOKED, Reason.TCB_STATUS, "the platform's TCB is revoked");
    Set<String> advisories = new TreeSet<>(tdx.advisories());
    advisories.addAll(qe.advisories());
    return new TcbEvaluation(
        tdx.status(),
        tdx.date(),
        qe.status(),
        qe.date(),
        List.copyOf(advisories),
        Math.min(tcbInfo.evaluation(), collateral.qeIdentity().evaluation()));
  }

  private static Finding enclave(QeReport report, QeIdentity identity) throws Rejection {
    require(
        report.mrSigner().equals(identity.mrSigner())
            && report.isvProdId() == identity.isvProdId()
            && masked(report.miscSelect(), identity.miscSelectMask()).equals(identity.miscSelect())
            && masked(report.attributes(), identity.attributesMask()).equals(identity.attributes()),
        Reason.QE_IDENTITY,
        "the quoting enclave is not the one Intel names");
    Finding finding =
        ofOne(identity.levels(), report.isvSvn(), Reason.QE_TCB, "the quoting enclave");
    require(finding.status() != TcbStatus.REVOKED, Reason.QE_TCB, "the quoting enclave is revoked");
    return finding;
  }

  private static Finding platformAndModule(
      PckPlatform platform, TdReport report, Bytes teeTcbSvn, TcbInfo tcbInfo) throws Rejection {
    byte[] svns = teeTcbSvn.toArray();
    int major = Byte.toUnsignedInt(svns[MODULE_MAJOR]);
    Optional<TcbInfo.ModuleIdentity> identity =
        major == 0 ? Optional.empty() : Optional.of(module(tcbInfo, major));
    checkModule(report, identity.map(TcbInfo.ModuleIdentity::module).orElse(tcbInfo.module()));
    Finding finding = platform(platform, svns, major == 0 ? 0 : 2, tcbInfo);
    return identity.isEmpty()
        ? finding
        : finding.and(
            ofOne(
                identity.get().levels(),
                Byte.toUnsignedInt(svns[MODULE_MINOR]),
                Reason.TCB_UNSUPPORTED,
                "the TDX module"));
  }

  private static TcbInfo.ModuleIdentity module(TcbInfo tcbInfo, int major) throws Rejection {
    Optional<TcbInfo.ModuleIdentity> identity = tcbInfo.module(major);
    if (identity.isEmpty()) {
      throw new Rejection(
          Stage.ENDORSEMENT,
          Reason.TCB_UNSUPPORTED,
          "the TCB info knows no TDX module of version " + major);
    }
    return identity.get();
  }

  private static void checkModule(TdReport report, TcbInfo.Module module) throws Rejection {
    require(
        report.mrSignerSeam().equals(module.mrSigner()),
        Reason.TDX_MODULE_SIGNER,
        "the TDX module is signed by " + report.mrSignerSeam());
    require(
        masked(report.seamAttributes(), module.attributesMask()).equals(module.attributes()),
        Reason.TDX_MODULE_ATTRIBUTES,
        "the TDX module has attributes " + report.seamAttributes());
  }

  private static Finding platform(
      PckPlatform platform, byte[] tdxSvns, int firstTdx, TcbInfo tcbInfo) throws Rejection {
    for (TcbLevel level : tcbInfo.levels()) {
      boolean counts = platform.pceSvn() >= level.pceSvn();
      for (int i = 0; i < TcbLevel.COMPONENTS; i++) {
        counts &= platform.sgxTcbSvns().get(i) >= level.sgxSvns().get(i);
        counts &= i < firstTdx || Byte.toUnsignedInt(tdxSvns[i]) >= level.tdxSvns().get(i);
      }
      if (counts) {
        return Finding.of(level.standing());
      }
    }
    throw new Rejection(
        Stage.ENDORSEMENT, Reason.TCB_UNSUPPORTED, "the platform is below every TCB level");
  }

  private static Finding ofOne(
      List<TcbLevel.OfOne> levels, int isvSvn, Reason otherwise, String what) throws Rejection {
    for (TcbLevel.OfOne level : levels) {
      if (isvSvn >= level.isvSvn()) {
        return Finding.of(level.standing());
      }
    }
    throw new Rejection(
        Stage.ENDORSEMENT, otherwise, what + " of " + isvSvn + " is below every TCB level");
  }

  private static Bytes masked(Bytes value, Bytes mask) {
    byte[] masked = value.toArray();
    byte[] bits = mask.toArray();
    for (int i = 0; i < masked.length; i++) {
      masked[i] &= bits[i];
    }
    return Bytes.copyOf(masked);
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.ENDORSEMENT, reason, detail);
  }

  /** What was found of some parts. */
  private record Finding(TcbStatus status, Instant date, Set<String> advisories) {
    Finding {
      advisories = Set.copyOf(advisories);
    }

    static Finding of(TcbLevel.Standing standing) throws Rejection {
      return new Finding(
          TcbStatus.ofLevel(standing.status()),
          standing.tcbDate(),
          Set.copyOf(new TreeSet<>(standing.advisories())));
    }

    Finding and(Finding other) {
      return with(status.and(other.status), other);
    }

    /** This at launch, and another now. */
    Finding replacedBy(Finding now) {
      TcbStatus both = status.and(now.status);
      return with(both.outOfDate() && !now.status.outOfDate() ? both.relaunchAdvised() : both, now);
    }

    private Finding with(TcbStatus both, Finding other) {
      Instant earlier = date.isBefore(other.date) ? date : other.date;
      Instant outdated = status.outOfDate() ? date : other.date;
      Set<String> all = new TreeSet<>(advisories);
      all.addAll(other.advisories);
      return new Finding(
          both, status.outOfDate() == other.status.outOfDate() ? earlier : outdated, all);
    }
  }
}
