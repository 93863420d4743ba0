package dev.hanse.api.tls;

import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.security.KeyStore;
import java.security.Provider;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import org.jspecify.annotations.Nullable;

/**
 * Hands {@link OwnKey} to Vert.x. {@code KeyCertOptions.wrap} of 5.0.7 would do, but its factory
 * logs through SLF4J directly, which this project does not have.
 */
final class OwnKeyOptions implements KeyCertOptions {
  private final KeyManagerFactory factory;

  OwnKeyOptions(OwnKey key) {
    this.factory = new OwnFactory(key);
  }

  private OwnKeyOptions(OwnKeyOptions original) {
    this.factory = original.factory;
  }

  @Override
  public KeyCertOptions copy() {
    return new OwnKeyOptions(this);
  }

  @Override
  public KeyManagerFactory getKeyManagerFactory(Vertx vertx) {
    return factory;
  }

  /** One key for every server name. */
  @Override
  public Function<String, KeyManagerFactory> keyManagerFactoryMapper(Vertx vertx) {
    return serverName -> factory;
  }

  /** Two copies of one identity's options are the same options: Vert.x caches contexts by them. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OwnKeyOptions that && factory.equals(that.factory);
  }

  @Override
  public int hashCode() {
    return factory.hashCode();
  }

  private static final class OwnFactory extends KeyManagerFactory {
    OwnFactory(OwnKey key) {
      super(new OwnFactorySpi(key), new OwnProvider(), "mesh");
    }
  }

  private static final class OwnFactorySpi extends KeyManagerFactorySpi {
    private final OwnKey key;

    OwnFactorySpi(OwnKey key) {
      this.key = key;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
      // Made with its key: there is nothing to read.
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {
      // Made with its key: there is nothing to read.
    }

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {key};
    }
  }

  /** A factory must name a provider; this one offers nothing else. */
  static final class OwnProvider extends Provider {
    OwnProvider() {
      super("hanse", "1", "the key of a mesh identity");
    }
  }
}
