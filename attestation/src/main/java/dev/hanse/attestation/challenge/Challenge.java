package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import java.time.Instant;
import java.util.Optional;

/**
 * A question only fresh evidence can answer.
 *
 * @param id names it in the answer; as unguessable as the nonce
 * @param nonce {@value Challenges#NONCE_BYTES} random bytes
 * @param keyDigest SHA-256 of the SubjectPublicKeyInfo that must answer
 * @param activation what the node's TPM must prove besides; empty for a node that named none
 */
public record Challenge(
    String id, Bytes nonce, Bytes keyDigest, Optional<Activation> activation, Instant expiresAt) {}
