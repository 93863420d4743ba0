package dev.hanse.api.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Offers a process's one key and chain to TLS, straight from memory. */
final class OwnKey extends X509ExtendedKeyManager {
  private static final String CLIENT = "client";
  private static final String SERVER = "server";

  private final MeshIdentity identity;
  private final String keyType;

  OwnKey(MeshIdentity identity) {
    this.identity = identity;
    this.keyType = identity.chain().getFirst().getPublicKey().getAlgorithm();
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, SSLEngine engine) {
    return aliasFor(SERVER, type);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
    return aliasFor(CLIENT, types);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return aliasFor(SERVER, type);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return aliasFor(CLIENT, types);
  }

  @Override
  public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {CLIENT};
  }

  @Override
  public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {SERVER};
  }

  /** A server adds the root, for newcomers who know it by its fingerprint only. */
  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    List<X509Certificate> chain = new ArrayList<>(identity.chain());
    if (alias.equals(SERVER)) {
      chain.add(identity.root());
    }
    return chain.toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity.key();
  }

  private @Nullable String aliasFor(String alias, String... types) {
    for (String type : types) {
      if (type.equals(keyType)) {
        return alias;
      }
    }
    return null;
  }
}
