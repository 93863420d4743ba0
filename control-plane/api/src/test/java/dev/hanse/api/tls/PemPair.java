package dev.hanse.api.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** A key and chain for a server which must not be able to check itself. */
final class PemPair {
  private PemPair() {}

  static KeyCertOptions of(PrivateKey key, List<X509Certificate> chain)
      throws CertificateEncodingException {
    StringBuilder certificates = new StringBuilder();
    for (X509Certificate certificate : chain) {
      certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    return new PemKeyCertOptions()
        .addKeyValue(Buffer.buffer(pem("PRIVATE KEY", key.getEncoded())))
        .addCertValue(Buffer.buffer(certificates.toString()));
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
