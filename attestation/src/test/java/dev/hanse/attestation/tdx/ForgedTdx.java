package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import java.time.Instant;

/**
 * A machine on TDX as other rooms' tests see it: it quotes what it is given, and Intel's word on it
 * is at hand. Made by {@link TdxForge}.
 */
public final class ForgedTdx {
  /** When its certificates and the collateral are good. */
  public static final Instant AT = TdxForge.AT;

  private final TdxForge forge;
  private final Bytes eventLog;

  /** Of a domain that measured nothing. */
  public ForgedTdx() {
    this(new ForgedCcel());
  }

  private ForgedTdx(ForgedCcel boot) {
    this.forge = boot.forge();
    this.eventLog = boot.toBytes();
  }

  /** Of a domain that was booted, with secure boot. */
  public static ForgedTdx booted() {
    return new ForgedTdx(ForgedCcel.booted(true));
  }

  /** Of its boot, without the padding behind it. */
  public Bytes eventLog() {
    return eventLog;
  }

  /** A quote over 64 bytes of report data. */
  public Bytes quote(Bytes reportData) {
    return forge.body(520, reportData.hex()).quote();
  }

  /** Intel's word on it. */
  public Bytes collateral() {
    return forge.collateral();
  }

  public Bytes rootPem() {
    return TdxForge.ascii(ForgedPki.pem(ForgedPki.make(forge.root)));
  }

  /** Trusts its root and no other, with collateral. */
  public TdxVerifier verifier() {
    return forge.verifier();
  }

  /** As {@link #verifier} where nothing of Intel's is kept. */
  public TdxVerifier verifierWithoutCollateral() {
    return new TdxVerifier(forge.anchors(), CollateralStore.EMPTY);
  }
}
