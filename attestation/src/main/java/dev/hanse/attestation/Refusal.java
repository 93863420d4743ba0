package dev.hanse.attestation;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Why a node was not given an identity. Codes are stable: machines act on them, people read {@link
 * #message}.
 */
public sealed interface Refusal {
  /** Lower-case words joined by hyphens; never reused for another meaning. */
  String code();

  /** What failed and what to do about it. Holds no secret. */
  String message();

  /** How long to wait before trying again; zero: not unchanged. */
  default Duration retryAfter() {
    return Duration.ZERO;
  }

  /** The challenge was never issued here, was used already, or expired long ago. */
  record NonceUnknown() implements Refusal {
    @Override
    public String code() {
      return "nonce-unknown";
    }

    @Override
    public String message() {
      return "no such open challenge: a challenge is used once; ask for a new one";
    }
  }

  /** The challenge was not answered in time. */
  record NonceExpired(Instant expiredAt) implements Refusal {
    @Override
    public String code() {
      return "nonce-expired";
    }

    @Override
    public String message() {
      return "the challenge expired at " + expiredAt + "; ask for a new one";
    }
  }

  /** The request is for another key than the challenge was issued to. */
  record KeyMismatch() implements Refusal {
    @Override
    public String code() {
      return "key-mismatch";
    }

    @Override
    public String message() {
      return "the request's key is not the key the challenge was issued to";
    }
  }

  /** The key is of a kind the mesh does not use, or not a key at all. */
  record KeyUnsupported(String problem) implements Refusal {
    @Override
    public String code() {
      return "key-unsupported";
    }

    @Override
    public String message() {
      return problem + "; use a P-256, P-384 or Ed25519 key";
    }
  }

  /** The certificate request is broken, asks for too much, or does not prove its key. */
  record RequestInvalid(String problem) implements Refusal {
    @Override
    public String code() {
      return "csr-invalid";
    }

    @Override
    public String message() {
      return problem;
    }
  }

  /** Made longer ago than the policy accepts. */
  record EvidenceExpired(Duration age, Duration maxAge) implements Refusal {
    @Override
    public String code() {
      return "evidence-expired";
    }

    @Override
    public String message() {
      return "evidence is "
          + age.toSeconds()
          + " s old, at most "
          + maxAge.toSeconds()
          + " s are accepted; collect it anew and check the node's clock";
    }
  }

  /** Made in the future, beyond what clocks may differ. */
  record EvidenceFromFuture(Duration ahead) implements Refusal {
    @Override
    public String code() {
      return "evidence-from-future";
    }

    @Override
    public String message() {
      return "evidence is dated " + ahead.toSeconds() + " s ahead; check the node's clock";
    }
  }

  /** Not in the format its technology prescribes. */
  record EvidenceMalformed(String problem) implements Refusal {
    @Override
    public String code() {
      return "evidence-malformed";
    }

    @Override
    public String message() {
      return "evidence cannot be read: " + problem;
    }
  }

  /**
   * Evidence of a real technology failed a check.
   *
   * @param detail which field, what it held and what was wanted; no secret
   */
  record Rejected(Stage stage, Reason reason, String detail) implements Refusal {
    @Override
    public String code() {
      return reason.code();
    }

    @Override
    public String message() {
      return detail;
    }
  }

  /** Of a technology which is unknown here or which the policy does not allow. */
  record TechnologyNotAllowed(String technology, Set<String> allowed) implements Refusal {
    public TechnologyNotAllowed {
      technology = technology.length() > 64 ? technology.substring(0, 64) : technology;
      allowed = Set.copyOf(allowed);
    }

    @Override
    public String code() {
      return "technology-not-allowed";
    }

    @Override
    public String message() {
      return "evidence of technology \""
          + technology
          + "\" is not accepted here, allowed are "
          + allowed.stream().sorted().toList();
    }
  }

  /** Signed by nobody this verifier was configured to trust. */
  record AnchorUnknown(Bytes keyDigest) implements Refusal {
    @Override
    public String code() {
      return "anchor-unknown";
    }

    @Override
    public String message() {
      return "evidence is signed by " + keyDigest.hex() + ", which is not a configured root";
    }
  }

  /** A signature does not hold. */
  record SignatureInvalid(String of) implements Refusal {
    @Override
    public String code() {
      return "signature-invalid";
    }

    @Override
    public String message() {
      return "the signature of the " + of + " does not hold";
    }
  }

  /** Good evidence, made for another nonce, key or node. */
  record ReportDataMismatch() implements Refusal {
    @Override
    public String code() {
      return "report-data-mismatch";
    }

    @Override
    public String message() {
      return "evidence was made for another nonce, key or set of claims";
    }
  }

  /** The node's claims are not possible, or not what its credentials entitle it to. */
  record ClaimsMismatch(String problem) implements Refusal {
    @Override
    public String code() {
      return "claims-mismatch";
    }

    @Override
    public String message() {
      return problem;
    }
  }

  /** Neither a valid join token nor, on renewal, a current identity. */
  record JoinTokenInvalid() implements Refusal {
    @Override
    public String code() {
      return "join-token-invalid";
    }

    @Override
    public String message() {
      return "the join token is unknown, expired or missing; ask the region's operator for one, or"
          + " renew over mTLS with a current identity";
    }
  }

  /** A TPM did not prove that its attestation key is its own. */
  record Activation(String problem) implements Refusal {
    @Override
    public String code() {
      return "activation";
    }

    @Override
    public String message() {
      return problem;
    }
  }

  /** What the node is, or what its evidence states, is trusted no more. */
  record Revoked(String what) implements Refusal {
    @Override
    public String code() {
      return "revoked";
    }

    @Override
    public String message() {
      return what + " is revoked in this mesh; ask its operators";
    }
  }

  /** Too many challenges are open. */
  record ChallengesFull(Duration retryAfter) implements Refusal {
    @Override
    public String code() {
      return "challenges-full";
    }

    @Override
    public String message() {
      return "too many challenges are open; try again after " + retryAfter.toMillis() + " ms";
    }
  }

  /** One address asks too often. */
  record RateLimited(Duration retryAfter) implements Refusal {
    @Override
    public String code() {
      return "rate-limited";
    }

    @Override
    public String message() {
      return "this address asks too often; try again after " + retryAfter.toMillis() + " ms";
    }
  }

  /** The region has as many members as it may. */
  record MeshFull(Duration retryAfter) implements Refusal {
    @Override
    public String code() {
      return "mesh-full";
    }

    @Override
    public String message() {
      return "the region has as many members as it may; try again after "
          + retryAfter.toMillis()
          + " ms";
    }
  }
}
