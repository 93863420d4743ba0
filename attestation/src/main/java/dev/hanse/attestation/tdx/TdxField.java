package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of a quote and its platform that an operator may compare with values of theirs. */
public enum TdxField {
  MRTD(Reason.MEASUREMENT, of -> of.report().mrTd()),
  RTMR0(Reason.MEASUREMENT, of -> of.report().rtmrs().get(0)),
  RTMR1(Reason.MEASUREMENT, of -> of.report().rtmrs().get(1)),
  RTMR2(Reason.MEASUREMENT, of -> of.report().rtmrs().get(2)),
  RTMR3(Reason.MEASUREMENT, of -> of.report().rtmrs().get(3)),
  /** The TDX module itself. */
  MRSEAM(Reason.MEASUREMENT, of -> of.report().mrSeam()),
  MRCONFIGID(Reason.HOST_DATA, of -> of.report().mrConfigId()),
  MROWNER(Reason.HOST_DATA, of -> of.report().mrOwner()),
  MROWNERCONFIG(Reason.HOST_DATA, of -> of.report().mrOwnerConfig()),
  /** The service domains bound to it; only TD 1.5 says. */
  MRSERVICETD(
      Reason.MIGRATION_AGENT_ALLOWED,
      of -> of.report().later().map(TdReport.Later::mrServiceTd).orElse(null)),
  XFAM(Reason.GUEST_POLICY, of -> of.report().xfam()),
  /** The product line. */
  FMSPC(Reason.FMSPC, of -> of.platform().fmspc()),
  /** The processor package. */
  PPID(Reason.CHIP_ID_MISMATCH, of -> of.platform().ppid()),
  /** The platform of several packages; only a Platform CA says. */
  PLATFORM_INSTANCE(Reason.CHIP_ID_MISMATCH, of -> of.platform().platformInstance().orElse(null));

  private final Reason mismatch;

  // Immutable: method references without state.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Function<TdxStatement, @Nullable Bytes> value;

  TdxField(Reason mismatch, Function<TdxStatement, @Nullable Bytes> value) {
    this.mismatch = mismatch;
    this.value = value;
  }

  /** Its name in results and policies: lower-case words joined by hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its value; empty where the quote has none. */
  public Optional<Bytes> of(TdxStatement statement) {
    return Optional.ofNullable(value.apply(statement));
  }

  Reason mismatch() {
    return mismatch;
  }
}
