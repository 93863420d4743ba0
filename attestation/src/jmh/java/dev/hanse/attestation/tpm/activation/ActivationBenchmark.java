package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a TPM's wish for a challenge costs a control plane: the endorsement certificate's chain of
 * three on P-256, and a credential made for its key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ActivationBenchmark {
  @Param({"rsa-2048", "ecc-p256"})
  String kind = "";

  private final SecureRandom random = new SecureRandom();
  private final EndorsementTrust trust = EndorsementForge.bare();
  private final Bytes ak =
      TpmForge.publicArea(
          TpmForge.ECC, TpmForge.AK_ATTRIBUTES, SigningScheme.ECDSA, TpmHash.SHA256);
  private Bytes ek = ak;
  private List<Bytes> certificates = List.of();

  /** Certifies a key. */
  @Setup
  public void makeEndorsement() {
    boolean rsa = kind.equals("rsa-2048");
    KeyPair key = rsa ? EndorsementForge.EK : EndorsementForge.ECC_EK;
    ek = TpmForge.endorsement(key);
    certificates =
        List.of(
            EndorsementForge.der(
                EndorsementForge.certificate(
                    "CN=EK",
                    key,
                    "CN=CA",
                    EndorsementForge.CA_KEY,
                    rsa ? KeyUsage.keyEncipherment : KeyUsage.keyAgreement,
                    EndorsementForge.EK_PURPOSE,
                    365)),
            EndorsementForge.der(EndorsementForge.CA));
  }

  @Benchmark
  public Activation begin() throws Rejection {
    return Activation.begin(trust.judge(ek, certificates, EndorsementForge.NOW), ak, random);
  }
}
