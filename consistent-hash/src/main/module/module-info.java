/** Consistent hashing with bounded loads and price-weighted capacity; depends on nothing. */
module dev.hanse.hash {
  requires static org.jspecify;

  exports dev.hanse.hash;
}
