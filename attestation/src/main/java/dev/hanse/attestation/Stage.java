package dev.hanse.attestation;

/** Where in the examination of evidence a check stands; in the order they are made. */
public enum Stage {
  /** The bytes have the form their technology prescribes. */
  PARSE,
  /** Signatures and certificate chains hold, up to a configured anchor. */
  CRYPTO,
  /** What signed is what the evidence says it is: key kinds, TCB, chip and firmware identities. */
  ENDORSEMENT,
  /** Nothing on the way to the anchor is revoked, by lists that are themselves valid. */
  REVOCATION,
  /** What the vendor published about it is there, signed, current and about this very platform. */
  COLLATERAL,
  /** It was made for this exchange. */
  FRESHNESS,
  /** What it states is what we want. */
  POLICY
}
