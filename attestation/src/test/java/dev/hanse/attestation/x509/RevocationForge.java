package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/** Makes revocation lists for tests; current in 2026 unless told otherwise. */
public final class RevocationForge {
  public static final Instant THIS_UPDATE = Instant.parse("2026-01-01T00:00:00Z");
  public static final Instant NEXT_UPDATE = Instant.parse("2027-01-01T00:00:00Z");

  private final String issuer;
  private Instant thisUpdate = THIS_UPDATE;
  private @Nullable Instant nextUpdate = NEXT_UPDATE;
  private final List<ASN1Encodable> revoked = new ArrayList<>();
  private final List<ASN1Encodable> extensions = new ArrayList<>();

  public RevocationForge(String issuer) {
    this.issuer = issuer;
  }

  public RevocationForge current(Instant from, @Nullable Instant until) {
    thisUpdate = from;
    nextUpdate = until;
    return this;
  }

  public RevocationForge revoke(long serial, Extension... entryExtensions) {
    ASN1EncodableVector entry = new ASN1EncodableVector();
    entry.add(new ASN1Integer(serial));
    entry.add(new Time(Date.from(THIS_UPDATE)));
    if (entryExtensions.length > 0) {
      entry.add(new DERSequence(entryExtensions));
    }
    revoked.add(new DERSequence(entry));
    return this;
  }

  /** Numbers it in its issuer's series. */
  public RevocationForge number(long number) {
    return extension(
        new Extension(
            Extension.cRLNumber,
            false,
            new DEROctetString(CertificateForge.der(new ASN1Integer(number)))));
  }

  public RevocationForge extension(Extension extension) {
    extensions.add(extension);
    return this;
  }

  public Bytes signedBy(KeyPair keys, Scheme scheme) {
    return signedBy(keys, scheme, scheme);
  }

  public Bytes signedBy(KeyPair keys, Scheme inside, Scheme outside) {
    ASN1EncodableVector fields = new ASN1EncodableVector();
    fields.add(new ASN1Integer(1));
    fields.add(inside.stated());
    fields.add(new X500Name(issuer));
    fields.add(new Time(Date.from(thisUpdate)));
    if (nextUpdate != null) {
      fields.add(new Time(Date.from(nextUpdate)));
    }
    if (!revoked.isEmpty()) {
      fields.add(new DERSequence(revoked.toArray(new ASN1Encodable[0])));
    }
    if (!extensions.isEmpty()) {
      fields.add(
          new DERTaggedObject(true, 0, new DERSequence(extensions.toArray(new ASN1Encodable[0]))));
    }
    return CertificateForge.signed(new DERSequence(fields), keys, outside);
  }
}
