package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.x509.SubjectKey;
import java.util.Set;

/** Exchanges of acme's nodes in eu-west that nobody had, all with one key. */
public final class Exchanges {
  /** Twice the generator of P-256. */
  private static final SubjectKey KEY =
      SubjectKey.read(
          Bytes.ofHex(
              "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                  + "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"
                  + "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"));

  private Exchanges() {}

  public static Binding of(String name) {
    return new Binding(
        Bytes.copyOf(new byte[32]),
        KEY,
        new NodeClaims("acme", name, "eu-west", "127.0.0.1", 9000, Set.of("edge", "provider")));
  }
}
