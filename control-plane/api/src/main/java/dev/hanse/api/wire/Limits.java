package dev.hanse.api.wire;

/**
 * The most a message may hold. Each is an order of magnitude above what a mesh of a few hundred
 * nodes needs, and low enough that no peer can make a reader allocate without end: the sum of a
 * snapshot's texts stays below the 16 MiB that clients accept as one message.
 */
final class Limits {
  static final int MEMBERS = 4_096;
  static final int REGIONS = 256;
  static final int KEYS = 65_536;
  static final int OFFERS = 256;
  static final int MODELS_PER_KEY = 256;
  static final int OPERATIONS = 16;
  static final int ROLES = 8;
  static final int EDGE_URLS = 64;

  /** Nodes and models of which one edge tells in one beat. */
  static final int OUTCOMES = 512;

  /** RFC 1035, section 2.3.4: 255 octets on the wire are 253 characters. */
  static final int HOST_CHARS = 253;

  static final int URL_CHARS = 2_048;
  static final int NAME_CHARS = 128;
  static final int ENGINE_CHARS = 256;

  /** The last millisecond of the year 9999: what ISO 8601's four digits can say. */
  static final long EPOCH_MILLIS = 253_402_300_799_999L;

  private Limits() {}
}
