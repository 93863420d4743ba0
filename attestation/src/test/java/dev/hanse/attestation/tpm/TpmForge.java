package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.util.BigIntegers;

/**
 * Makes TPM evidence of its own keys in software: anything a TPM would sign, and what it would not.
 * Change a field, then {@link #evidence}.
 */
public final class TpmForge {
  public static final KeyPair RSA = pair("RSA");
  public static final KeyPair ECC = pair("EC");
  public static final int AK_ATTRIBUTES = 0x00050072;

  SigningScheme scheme = SigningScheme.ECDSA;
  TpmHash hash = TpmHash.SHA256;
  int saltBytes = 32;
  int attributes = AK_ATTRIBUTES;
  long magic = 0xFF544347L;
  int type = 0x8018;
  Bytes extraData = Bytes.copyOf(new byte[32]).sha256();
  long clock = 5_000;
  int resets = 3;
  int restarts = 1;
  int safe = 1;
  List<PcrSelection> selections =
      List.of(new PcrSelection(TpmHash.SHA256, List.of(0, 1, 2, 3, 4, 5, 6, 7)));
  Map<Pcr, Bytes> pcrs = new TreeMap<>();
  Optional<Bytes> pcrDigest = Optional.empty();
  byte[] behind = {};
  Optional<KeyPair> signer = Optional.empty();
  Optional<Bytes> log = Optional.empty();

  /** One whose log explains PCR 0 to 7, with secure boot on. */
  static TpmForge booted() throws Exception {
    TpmForge forge = new TpmForge();
    ForgedLog log = ForgedLog.booted(true);
    forge.follow(log);
    return forge;
  }

  TpmForge() {
    for (int index = 0; index < 8; index++) {
      pcrs.put(new Pcr(TpmHash.SHA256, index), Bytes.copyOf(new byte[] {(byte) index}).sha256());
    }
  }

  /** Takes a log, and the registers it leads to. */
  void follow(ForgedLog made) throws Exception {
    log = Optional.of(made.toBytes());
    for (PcrSelection selection : selections) {
      for (Pcr pcr : selection.pcrs()) {
        pcrs.put(pcr, made.value(pcr.index()));
      }
    }
  }

  private KeyPair key() {
    return scheme == SigningScheme.ECDSA ? ECC : RSA;
  }

  Bytes publicArea() {
    return publicArea(key(), attributes, scheme, hash);
  }

  public static Bytes publicArea(KeyPair key, int attributes, SigningScheme scheme, TpmHash hash) {
    ByteBuffer out = ByteBuffer.allocate(1024);
    boolean rsa = key.getPublic() instanceof RSAPublicKey;
    out.putShort((short) (rsa ? 1 : 0x23)).putShort((short) 0x0B).putInt(attributes);
    out.putShort((short) 0).putShort((short) 0x10);
    out.putShort((short) scheme.code()).putShort((short) hash.code());
    unique(out, key);
    return written(out);
  }

  /** TPMT_PUBLIC of an endorsement key. */
  public static Bytes endorsement(KeyPair key) {
    ByteBuffer out = ByteBuffer.allocate(1024);
    boolean rsa = key.getPublic() instanceof RSAPublicKey;
    out.putShort((short) (rsa ? 1 : 0x23)).putShort((short) 0x0B).putInt(0x000300B2);
    out.putShort((short) 32).put(new byte[32]);
    out.putShort((short) 6).putShort((short) 128).putShort((short) 0x43).putShort((short) 0x10);
    unique(out, key);
    return written(out);
  }

  private static void unique(ByteBuffer out, KeyPair key) {
    if (key.getPublic() instanceof RSAPublicKey rsa) {
      out.putShort((short) 2048).putInt(0);
      sized(out, BigIntegers.asUnsignedByteArray(256, rsa.getModulus()));
    } else if (key.getPublic() instanceof ECPublicKey ecc) {
      out.putShort((short) 3).putShort((short) 0x10);
      sized(out, BigIntegers.asUnsignedByteArray(32, ecc.getW().getAffineX()));
      sized(out, BigIntegers.asUnsignedByteArray(32, ecc.getW().getAffineY()));
    }
  }

  Bytes name() throws Exception {
    return TpmPublic.read(publicArea()).name();
  }

  Bytes attest() {
    ByteBuffer out = ByteBuffer.allocate(1024);
    out.putInt((int) magic).putShort((short) type);
    sized(out, new byte[34]);
    sized(out, extraData.toArray());
    out.putLong(clock).putInt(resets).putInt(restarts).put((byte) safe).putLong(0x20191023L);
    out.putInt(selections.size());
    for (PcrSelection selection : selections) {
      out.putShort((short) selection.bank().code()).put((byte) 3);
      byte[] bitmap = new byte[3];
      selection.indexes().forEach(index -> bitmap[index / 8] |= (byte) (1 << index % 8));
      out.put(bitmap);
    }
    sized(out, pcrDigest.orElseGet(this::digest).toArray());
    out.put(behind);
    return written(out);
  }

  private Bytes digest() {
    MessageDigest digest = hash.digest();
    for (PcrSelection selection : selections) {
      selection
          .pcrs()
          .forEach(pcr -> {
            if (pcrs.containsKey(pcr)) {
              digest.update(pcrs.get(pcr).toArray());
            }
          });
    }
    return Bytes.copyOf(digest.digest());
  }

  Bytes signature(Bytes attest) throws Exception {
    KeyPair key = signer.orElse(key());
    String digest = hash.algorithm().replace("-", "");
    ByteBuffer out = ByteBuffer.allocate(1024);
    out.putShort((short) scheme.code()).putShort((short) hash.code());
    switch (scheme) {
      case RSASSA -> sized(out, sign(key, digest + "withRSA", Optional.empty(), attest));
      case RSAPSS ->
          sized(
              out,
              sign(
                  key,
                  "RSASSA-PSS",
                  Optional.of(
                      new PSSParameterSpec(
                          hash.algorithm(),
                          "MGF1",
                          new MGF1ParameterSpec(hash.algorithm()),
                          saltBytes,
                          1)),
                  attest));
      case ECDSA -> {
        ASN1Sequence both =
            ASN1Sequence.getInstance(sign(key, digest + "withECDSA", Optional.empty(), attest));
        for (int part = 0; part < 2; part++) {
          BigInteger value = ASN1Integer.getInstance(both.getObjectAt(part)).getValue();
          sized(out, BigIntegers.asUnsignedByteArray(32, value));
        }
      }
    }
    return written(out);
  }

  private static byte[] sign(
      KeyPair key, String algorithm, Optional<PSSParameterSpec> parameters, Bytes content)
      throws Exception {
    Signature signature = Signature.getInstance(algorithm);
    if (parameters.isPresent()) {
      signature.setParameter(parameters.get());
    }
    signature.initSign(key.getPrivate());
    signature.update(content.toArray());
    return signature.sign();
  }

  TpmEvidence body() throws Exception {
    Bytes attest = attest();
    return new TpmEvidence(attest, signature(attest), publicArea(), pcrs, log);
  }

  Evidence evidence() throws Exception {
    return body().toEvidence();
  }

  /** As verified by someone who knows every key, and that its TPM is the one of that name. */
  TpmStatement statement(Bytes endorsementKey) throws Exception {
    TpmVerifier knowing =
        new TpmVerifier((name, at) ->
            Optional.of(new KnownKey(name, Optional.of(endorsementKey), Instant.MAX)));
    return switch (knowing.verify(evidence(), Instant.EPOCH)) {
      case Verification.Verified(var claims) -> (TpmStatement) claims.statement();
      case Verification.Refused(var refusal) -> throw new AssertionError(refusal.message());
    };
  }

  static Bytes written(ByteBuffer out) {
    byte[] content = new byte[out.position()];
    out.duplicate().flip().get(content);
    return Bytes.copyOf(content);
  }

  static void sized(ByteBuffer out, byte[] content) {
    out.putShort((short) content.length).put(content);
  }

  private static KeyPair pair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  /** A crypto-agile log of SHA-256. */
  static final class ForgedLog {
    record Event(int pcr, long type, Bytes digest, Bytes data) {}

    final List<Event> events = new ArrayList<>();

    static ForgedLog booted(boolean secure) {
      ForgedLog log = new ForgedLog();
      log.note("StartupLocality\0" + (char) 3);
      log.measured(0, 0x8, "firmware 1");
      log.measured(7, 0x80000001L, variable("SecureBoot", secure ? 1 : 0));
      log.measured(7, 0x80000001L, variable("PK", 7));
      for (int pcr = 0; pcr < 8; pcr++) {
        log.measured(pcr, 0x4, Bytes.copyOf(new byte[4]));
      }
      log.measured(4, 0x80000003L, "loader");
      return log;
    }

    void note(String text) {
      events.add(
          new Event(
              0,
              3,
              Bytes.copyOf(new byte[32]),
              Bytes.copyOf(text.getBytes(StandardCharsets.ISO_8859_1))));
    }

    void measured(int pcr, long type, String text) {
      measured(pcr, type, Bytes.copyOf(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    void measured(int pcr, long type, Bytes data) {
      events.add(new Event(pcr, type, data.sha256(), data));
    }

    static Bytes variable(String name, int value) {
      byte[] text = name.getBytes(StandardCharsets.UTF_16LE);
      return written(
          ByteBuffer.allocate(256)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(Bytes.ofHex("61dfe48bca93d211aa0d00e098032b8c").toArray())
              .putLong(name.length())
              .putLong(1)
              .put(text)
              .put((byte) value));
    }

    Bytes value(int pcr) throws Exception {
      byte[] value = new byte[32];
      value[31] = (byte) (pcr == 0 ? 3 : 0);
      for (Event event : events) {
        if (event.pcr() == pcr && event.type() != 3) {
          MessageDigest digest = MessageDigest.getInstance("SHA-256");
          digest.update(value);
          value = digest.digest(event.digest().toArray());
        }
      }
      return Bytes.copyOf(value);
    }

    Bytes toBytes() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteBuffer first = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
      first.putInt(0).putInt(3).put(new byte[20]).putInt(33);
      first.put("Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII));
      first.putInt(0).putInt(0x00020002).putInt(1).putShort((short) 0xB).putShort((short) 32);
      first.put((byte) 0);
      out.writeBytes(written(first).toArray());
      for (Event event : events) {
        ByteBuffer one = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        one.putInt(event.pcr()).putInt((int) event.type()).putInt(1).putShort((short) 0xB);
        one.put(event.digest().toArray()).putInt(event.data().size());
        one.put(event.data().toArray());
        out.writeBytes(written(one).toArray());
      }
      return Bytes.copyOf(out.toByteArray());
    }
  }
}
