package dev.hanse.control;

import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import dev.hanse.attestation.x509.SubjectKey;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.RegionAuthority;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A mesh's authorities and one simulated platform all its nodes run on. */
public final class TestCa {
  private final SecureRandom random = new SecureRandom();
  private final MeshAuthority mesh =
      MeshAuthority.create(PeerIdentity.DEFAULT_TRUST_DOMAIN, InstantSource.system(), random);
  private final Map<RegionId, RegionAuthority> regions = new ConcurrentHashMap<>();
  private final SimulatedPlatform platform = SimulatedPlatform.generate(random);

  public RegionAuthority region(RegionId region) {
    return regions.computeIfAbsent(region, mesh::region);
  }

  /** A second CA of a region, by the same root. */
  public RegionAuthority another(RegionId region) {
    return mesh.region(region);
  }

  public Appraiser appraiser() {
    return appraiser(AppraisalPolicy.allowing(Set.of(SimulatedVerifier.TECHNOLOGY)));
  }

  public Appraiser appraiser(AppraisalPolicy policy) {
    return new Appraiser(List.of(verifier()), policy);
  }

  SimulatedVerifier verifier() {
    return new SimulatedVerifier(List.of(platform.root()));
  }

  SimulatedPlatform platform() {
    return platform;
  }

  public MeshIdentity control(RegionId region) {
    return region(region).controlIdentity();
  }

  /** What a node of both roles has after it enrolled. */
  public MeshIdentity node(RegionId region, NodeId id) {
    return node(region, id, Set.of("edge", "provider"));
  }

  /** What a node of these roles has after it enrolled. */
  public MeshIdentity node(RegionId region, NodeId id, Set<String> roles) {
    KeyPair pair = key();
    Binding binding =
        new Binding(
            Bytes.copyOf(new byte[32]),
            SubjectKey.read(Bytes.copyOf(pair.getPublic().getEncoded())),
            claims(region, id, roles));
    Instant now = Instant.now();
    return switch (appraiser()
        .appraise(platform.quote(binding.reportData(), "test", now), binding.reportData(), now)) {
      case Appraisal.Accepted(var result) -> {
        IssuedIdentity issued = region(region).issue(binding, result);
        yield new MeshIdentity(pair.getPrivate(), issued.chain(), issued.roots());
      }
      case Appraisal.Refused(var refusal, var checks) -> throw new AssertionError(refusal);
    };
  }

  static NodeClaims claims(RegionId region, NodeId id) {
    return claims(region, id, Set.of("edge", "provider"));
  }

  private static NodeClaims claims(RegionId region, NodeId id, Set<String> roles) {
    return new NodeClaims(id.provider(), id.name(), region.value(), "127.0.0.1", 9000, roles);
  }

  public List<X509Certificate> roots() {
    return List.of(mesh.root());
  }

  static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
