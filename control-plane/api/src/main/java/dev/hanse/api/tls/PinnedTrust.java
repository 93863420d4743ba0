package dev.hanse.api.tls;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges a server by its root's fingerprint: the root it sends along must have it, and is then the
 * one anchor {@link MeshTrust} judges the rest by. For newcomers; it trusts no client.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final byte[] pin;

  PinnedTrust(String rootSha256) {
    String hex = rootSha256.strip().toLowerCase(Locale.ROOT).replace(":", "");
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "a root's fingerprint has 64 hexadecimal digits, was \"" + rootSha256 + "\"");
    }
    this.pin = HexFormat.of().parseHex(hex);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    pinned(chain).checkServerTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    pinned(chain).checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("a server's name cannot be checked without its connection");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw noClient();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw noClient();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw noClient();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private MeshTrust pinned(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0) {
      throw new CertificateException("the server sent no certificate");
    }
    X509Certificate root = chain[chain.length - 1];
    byte[] digest = sha256(root.getEncoded());
    if (!Arrays.equals(digest, pin)) {
      throw new CertificateException(
          "the server's root has fingerprint "
              + HexFormat.of().formatHex(digest)
              + ", expected "
              + HexFormat.of().formatHex(pin));
    }
    return new MeshTrust(List.of(root));
  }

  private static CertificateException noClient() {
    return new CertificateException("a fingerprint does not vouch for clients");
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK has no SHA-256", missing);
    }
  }
}
