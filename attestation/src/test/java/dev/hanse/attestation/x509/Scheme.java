package dev.hanse.attestation.x509;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** A way to sign certificates in tests, with the very bytes that state it. */
public record Scheme(
    AlgorithmIdentifier stated, String algorithm, @Nullable AlgorithmParameterSpec parameters) {

  /** As AMD's: SHA-384, salt 48; DER leaves the trailer field out. */
  public static final Scheme PSS = pss("SHA-384", NISTObjectIdentifiers.id_sha384, 48, false);

  /** The same with the trailer field stated. */
  public static final Scheme PSS_WITH_TRAILER =
      pss("SHA-384", NISTObjectIdentifiers.id_sha384, 48, true);

  public static final Scheme PSS_SHA256 =
      pss("SHA-256", NISTObjectIdentifiers.id_sha256, 32, false);

  public static final Scheme PSS_SHORT_SALT =
      pss("SHA-384", NISTObjectIdentifiers.id_sha384, 20, false);

  public static final Scheme RSA_SHA256 =
      new Scheme(
          new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE),
          "SHA256withRSA",
          null);

  public static final Scheme RSA_SHA1 =
      new Scheme(
          new AlgorithmIdentifier(PKCSObjectIdentifiers.sha1WithRSAEncryption, DERNull.INSTANCE),
          "SHA1withRSA",
          null);

  public static final Scheme ECDSA_SHA384 =
      new Scheme(
          new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384), "SHA384withECDSA", null);

  public static final Scheme ECDSA_SHA256 =
      new Scheme(
          new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256), "SHA256withECDSA", null);

  public byte[] sign(PrivateKey key, byte[] content) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      if (parameters != null) {
        signature.setParameter(parameters);
      }
      signature.initSign(key);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static Scheme pss(String hash, ASN1ObjectIdentifier oid, int saltBytes, boolean trailer) {
    AlgorithmIdentifier digest = new AlgorithmIdentifier(oid, DERNull.INSTANCE);
    ASN1EncodableVector fields = new ASN1EncodableVector();
    fields.add(tagged(0, digest));
    fields.add(tagged(1, new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, digest)));
    fields.add(tagged(2, new ASN1Integer(saltBytes)));
    if (trailer) {
      fields.add(tagged(3, new ASN1Integer(1)));
    }
    return new Scheme(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS, new DERSequence(fields)),
        "RSASSA-PSS",
        new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), saltBytes, 1));
  }

  private static DERTaggedObject tagged(int number, ASN1Encodable value) {
    return new DERTaggedObject(true, number, value);
  }
}
