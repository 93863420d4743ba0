package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;

/** A quote whose attestation key is no point of the curve, though the QE vouched for it. */
record ForgedPoint(TdxForge forge) {
  private static final int KEY_AT = 636 + 64;

  Bytes quote() {
    byte[] signed = forge.signedPart();
    byte[] key = forge.attestationKey.coordinates();
    key[63] ^= 1;
    byte[] named = java.util.Arrays.copyOf(key, key.length + forge.authentication.length);
    System.arraycopy(forge.authentication, 0, named, key.length, forge.authentication.length);
    byte[] report = forge.boundQeReport();
    System.arraycopy(Bytes.copyOf(named).sha256().toArray(), 0, report, 320, 32);
    byte[] quote =
        forge
            .quote(signed, forge.attestationKey.sign(signed), report, forge.platformChain())
            .toArray();
    System.arraycopy(key, 0, quote, KEY_AT, key.length);
    return Bytes.copyOf(quote);
  }
}
