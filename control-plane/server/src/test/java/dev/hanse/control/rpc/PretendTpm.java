package dev.hanse.control.rpc;

import com.google.protobuf.ByteString;
import dev.hanse.api.enroll.v1.TpmKeys;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.challenge.Activation;
import dev.hanse.control.workflow.Activations;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Both halves of a credential activation without a TPM: the secret goes out combined with the
 * endorsement key, which only its owner has. All simulated evidence counts as quoted by "ak-1".
 */
final class PretendTpm implements Activations {
  static final Bytes EK =
      Bytes.copyOf("a key of 32 bytes, not published".getBytes(StandardCharsets.US_ASCII));
  static final Bytes AK = Bytes.copyOf("ak-1".getBytes(StandardCharsets.US_ASCII));

  private final SecureRandom random = new SecureRandom();

  static TpmKeys keys(Bytes attestationKey) {
    return TpmKeys.newBuilder()
        .setEkPublic(ByteString.copyFrom(EK.toArray()))
        .setAkPublic(ByteString.copyFrom(attestationKey.toArray()))
        .build();
  }

  static ByteString read(dev.hanse.api.enroll.v1.Credential credential) {
    return ByteString.copyFrom(combined(credential.getEncryptedSecret().toByteArray()));
  }

  @Override
  public Outcome begin(dev.hanse.control.workflow.TpmKeys keys, Instant at) {
    if (!keys.endorsementKey().equals(EK)) {
      return new Outcome.Refused(new Refusal.Activation("this endorsement key is not trusted"));
    }
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return new Outcome.Begun(
        new Credential(Bytes.copyOf(new byte[1]), Bytes.copyOf(combined(secret))),
        new Pretended(keys.attestationKey(), Bytes.copyOf(secret)));
  }

  private record Pretended(Bytes attestationKey, Bytes secret) implements Activation {
    @Override
    public boolean isProvedBy(Bytes answer, Instant at) {
      return secret.equals(answer);
    }
  }

  @Override
  public boolean isNeededFor(String technology) {
    return technology.equals("simulated");
  }

  @Override
  public boolean isQuotedBy(Evidence evidence, Bytes attestationKey) {
    return attestationKey.equals(AK);
  }

  private static byte[] combined(byte[] with) {
    byte[] key = EK.toArray();
    byte[] out = new byte[with.length];
    for (int at = 0; at < out.length; at++) {
      out[at] = (byte) (with[at] ^ key[at]);
    }
    return out;
  }
}
