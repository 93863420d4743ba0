package dev.hanse.cli.demo;

import dev.hanse.api.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Where the demo's processes listen for each other. Linux answers on all of 127.0.0.0/8, so that
 * each gets an address of its own, as machines have; where only 127.0.0.1 exists (macOS), they get
 * ports of their own instead.
 */
sealed interface DemoAddresses {
  int PORT = 7443;

  /** The gRPC address of a region's control plane. */
  Endpoint control(int region);

  /** The gRPC address of a provider node. */
  Endpoint provider(int region, int seller);

  /** Finds out which of the two this machine allows. */
  static DemoAddresses of(int network) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getByName("127." + network + ".1.1"), 0), 1);
      return new Apart(network);
    } catch (IOException onlyOneAddress) {
      return new Together(network);
    }
  }

  /** An address for each process. */
  record Apart(int network) implements DemoAddresses {
    @Override
    public Endpoint control(int region) {
      return new Endpoint("127." + network + "." + (region + 1) + ".1", PORT);
    }

    @Override
    public Endpoint provider(int region, int seller) {
      return new Endpoint("127." + network + "." + (region + 1) + "." + (seller + 11), PORT);
    }
  }

  /** One address for all. */
  record Together(int network) implements DemoAddresses {
    @Override
    public Endpoint control(int region) {
      return new Endpoint("127.0.0.1", PORT + network * 100 + region * 10);
    }

    @Override
    public Endpoint provider(int region, int seller) {
      return new Endpoint("127.0.0.1", PORT + network * 100 + region * 10 + seller + 1);
    }
  }
}
