package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The keys this side asks a TPM to make, as TPMT_PUBLIC templates. Each is a primary key of the
 * endorsement hierarchy: the TPM derives it from its seed, the same one every time, so nothing is
 * stored anywhere.
 */
public enum KeyTemplate {
  /** Endorsement key, template L-1 (TCG EK Credential Profile 2.6, B.3.3). */
  EK_RSA_2048,
  /** Endorsement key, template L-2 (B.3.4). */
  EK_ECC_P256,
  /** Attestation key signing by RSASSA with SHA-256. */
  AK_RSASSA,
  /** Attestation key signing by RSAPSS with SHA-256. */
  AK_RSAPSS,
  /** Attestation key signing by ECDSA on P-256 with SHA-256; the fastest to make and to use. */
  AK_ECDSA;

  /** The policy of both endorsement keys: TPM2_PolicySecret(TPM_RH_ENDORSEMENT). */
  private static final Bytes EK_POLICY =
      Bytes.ofHex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");

  /** fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt. */
  private static final int EK_ATTRIBUTES = 0x000300B2;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign. */
  private static final int AK_ATTRIBUTES = 0x00050072;

  private static final short RSA = 0x0001;
  private static final short ECC = 0x0023;
  private static final short SHA256 = 0x000B;
  private static final short NULL = 0x0010;
  private static final short AES = 0x0006;
  private static final short CFB = 0x0043;
  private static final short P256 = 0x0003;

  /** The template, TPMT_PUBLIC. */
  Bytes publicArea() {
    ByteBuffer out = ByteBuffer.allocate(512);
    switch (this) {
      case EK_RSA_2048 -> rsa(endorsement(out, RSA).putShort(NULL), 256);
      case EK_ECC_P256 -> ecc(endorsement(out, ECC).putShort(NULL), 32);
      case AK_RSASSA -> rsa(attestation(out, RSA).putShort((short) 0x0014).putShort(SHA256), 0);
      case AK_RSAPSS -> rsa(attestation(out, RSA).putShort((short) 0x0016).putShort(SHA256), 0);
      case AK_ECDSA -> ecc(attestation(out, ECC).putShort((short) 0x0018).putShort(SHA256), 0);
    }
    return Bytes.copyOf(Arrays.copyOf(out.array(), out.position()));
  }

  private static ByteBuffer endorsement(ByteBuffer out, short type) {
    return out.putShort(type)
        .putShort(SHA256)
        .putInt(EK_ATTRIBUTES)
        .putShort((short) EK_POLICY.size())
        .put(EK_POLICY.toArray())
        .putShort(AES)
        .putShort((short) 128)
        .putShort(CFB);
  }

  private static ByteBuffer attestation(ByteBuffer out, short type) {
    return out.putShort(type)
        .putShort(SHA256)
        .putInt(AK_ATTRIBUTES)
        .putShort((short) 0)
        .putShort(NULL);
  }

  /** 2048 bits, the default exponent, and a unique field of so many zeros. */
  private static void rsa(ByteBuffer out, int uniqueBytes) {
    out.putShort((short) 2048).putInt(0).putShort((short) uniqueBytes).put(new byte[uniqueBytes]);
  }

  private static void ecc(ByteBuffer out, int uniqueBytes) {
    out.putShort(P256).putShort(NULL);
    for (int coordinate = 0; coordinate < 2; coordinate++) {
      out.putShort((short) uniqueBytes).put(new byte[uniqueBytes]);
    }
  }
}
