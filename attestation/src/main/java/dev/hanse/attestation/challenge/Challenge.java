package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import java.time.Instant;

/**
 * A question only fresh evidence can answer.
 *
 * @param id names it in the answer; as unguessable as the nonce
 * @param nonce {@value Challenges#NONCE_BYTES} random bytes
 * @param keyDigest SHA-256 of the SubjectPublicKeyInfo that must answer
 */
public record Challenge(String id, Bytes nonce, Bytes keyDigest, Instant expiresAt) {}
