package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/**
 * The digest of the firmware a certificate's key was derived for (TCG DICE). Two extensions carry
 * it: {@code 2.23.133.5.4.1} on Hopper and LS10, {@code 2.23.133.5.4.1.1} DiceTcbInfo on Blackwell.
 * Read along the one structure each has, not from the end: DiceTcbInfo has more behind it.
 */
final class DiceFwid {
  private static final String COMPOSITE_DEVICE_ID = "2.23.133.5.4.1";
  private static final String TCB_INFO = "2.23.133.5.4.1.1";

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int FIRST_CONTEXT_TAG = 0x80;
  private static final int FWIDS = 0xA6;

  private static final Bytes SHA384 = Bytes.ofHex("608648016503040202");

  private DiceFwid() {}

  /** Empty where there is none, more than one extension, or one that cannot be read. */
  static Optional<Bytes> of(X509Certificate certificate) {
    byte[] composite = certificate.getExtensionValue(COMPOSITE_DEVICE_ID);
    byte[] tcbInfo = certificate.getExtensionValue(TCB_INFO);
    if ((composite == null) == (tcbInfo == null)) {
      return Optional.empty();
    }
    return composite == null ? ofTcbInfo(tcbInfo) : ofComposite(composite);
  }

  /** SEQUENCE { version, SubjectPublicKeyInfo of the device, FWID }. */
  static Optional<Bytes> ofComposite(byte[] extensionValue) {
    return read(
        extensionValue,
        sequence -> {
          element(sequence, INTEGER);
          element(sequence, SEQUENCE);
          Bytes fwid = fwid(element(sequence, SEQUENCE));
          sequence.end("the extension");
          return fwid;
        });
  }

  /**
   * SEQUENCE of optional fields with rising tags; [6] is a list of FWIDs, of which the first is the
   * firmware's. Genuine ones have a second, all zero.
   */
  static Optional<Bytes> ofTcbInfo(byte[] extensionValue) {
    return read(
        extensionValue,
        sequence -> {
          int last = FIRST_CONTEXT_TAG - 1;
          while (true) {
            int tag = sequence.u8("tag");
            refuseUnless((tag & ~0x20) > last && tag <= FWIDS, sequence);
            last = tag & ~0x20;
            ByteReader content = sequence.slice(length(sequence), "field");
            if (tag == FWIDS) {
              return fwid(element(content, SEQUENCE));
            }
          }
        });
  }

  private interface Reading {
    Bytes of(ByteReader sequence) throws Rejection;
  }

  /** All zero is no digest. */
  private static Optional<Bytes> read(byte[] extensionValue, Reading reading) {
    try {
      return Optional.of(reading.of(unwrapped(extensionValue)))
          .filter(fwid -> !fwid.equals(Bytes.copyOf(new byte[SpdmReport.DIGEST_BYTES])));
    } catch (Rejection unreadable) {
      return Optional.empty();
    }
  }

  private static Bytes fwid(ByteReader sequence) throws Rejection {
    ByteReader algorithm = element(sequence, OBJECT_IDENTIFIER);
    refuseUnless(algorithm.bytes(algorithm.remaining(), "algorithm").equals(SHA384), sequence);
    ByteReader digest = element(sequence, OCTET_STRING);
    sequence.end("the FWID");
    Bytes fwid = digest.bytes(SpdmReport.DIGEST_BYTES, "digest");
    digest.end("the digest");
    return fwid;
  }

  /** The extension's value is an OCTET STRING with a SEQUENCE in it. */
  private static ByteReader unwrapped(byte[] value) throws Rejection {
    ByteReader octets = new ByteReader(Arrays.copyOf(value, value.length));
    ByteReader inside = element(octets, OCTET_STRING);
    octets.end("the extension's value");
    ByteReader sequence = element(inside, SEQUENCE);
    inside.end("the extension");
    return sequence;
  }

  private static ByteReader element(ByteReader reader, int tag) throws Rejection {
    refuseUnless(reader.u8("tag") == tag, reader);
    return reader.slice(length(reader), "element");
  }

  /** Of up to 64 KiB, in its shortest form: a certificate's shape is not checked down to here. */
  private static int length(ByteReader reader) throws Rejection {
    int first = reader.u8("length");
    if (first < 0x80) {
      return first;
    }
    refuseUnless(first == 0x81 || first == 0x82, reader);
    int length = first == 0x81 ? reader.u8("length") : reader.u16Be("length");
    refuseUnless(length >= (first == 0x81 ? 0x80 : 0x100), reader);
    return length;
  }

  private static void refuseUnless(boolean holds, ByteReader reader) throws Rejection {
    if (!holds) {
      reader.bytes(-1, "not what this extension holds");
    }
  }
}
