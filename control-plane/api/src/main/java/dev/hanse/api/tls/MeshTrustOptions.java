package dev.hanse.api.tls;

import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.security.KeyStore;
import java.util.function.Function;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Hands {@link MeshTrust} or {@link PinnedTrust} to Vert.x; why not by {@code wrap}, see {@link
 * OwnKeyOptions}.
 */
final class MeshTrustOptions implements TrustOptions {
  private final TrustManagerFactory factory;

  MeshTrustOptions(X509ExtendedTrustManager trust) {
    this.factory = new TrustFactory(trust);
  }

  private MeshTrustOptions(MeshTrustOptions original) {
    this.factory = original.factory;
  }

  @Override
  public TrustOptions copy() {
    return new MeshTrustOptions(this);
  }

  @Override
  public TrustManagerFactory getTrustManagerFactory(Vertx vertx) {
    return factory;
  }

  /** One bundle for every server name. */
  @Override
  public Function<String, TrustManager[]> trustManagerMapper(Vertx vertx) {
    return serverName -> factory.getTrustManagers();
  }

  /** Two copies of one bundle's options are the same options: Vert.x caches contexts by them. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MeshTrustOptions that && factory.equals(that.factory);
  }

  @Override
  public int hashCode() {
    return factory.hashCode();
  }

  private static final class TrustFactory extends TrustManagerFactory {
    TrustFactory(X509ExtendedTrustManager trust) {
      super(new TrustFactorySpi(trust), new OwnKeyOptions.OwnProvider(), "mesh");
    }
  }

  private static final class TrustFactorySpi extends TrustManagerFactorySpi {
    private final X509ExtendedTrustManager trust;

    TrustFactorySpi(X509ExtendedTrustManager trust) {
      this.trust = trust;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store) {
      // Made with its roots: there is nothing to read.
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {
      // Made with its roots: there is nothing to read.
    }

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return new TrustManager[] {trust};
    }
  }
}
