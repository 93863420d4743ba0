package dev.hanse.attestation.tdx;

import java.time.Instant;

/**
 * A quote whose signatures hold, of a platform that Intel's current collateral knows. It exists
 * only if {@link TdxVerifier#endorse} found that. What its report data stand for is the caller's to
 * check.
 */
public final class EndorsedQuote {
  private final TdxStatement statement;
  private final Instant endorsedUntil;

  EndorsedQuote(TdxStatement statement, Instant endorsedUntil) {
    this.statement = statement;
    this.endorsedUntil = endorsedUntil;
  }

  public TdxStatement statement() {
    return statement;
  }

  /** When the first certificate, list or piece of collateral it rests on expires. */
  public Instant endorsedUntil() {
    return endorsedUntil;
  }
}
