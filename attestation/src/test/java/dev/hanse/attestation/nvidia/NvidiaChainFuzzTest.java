package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.hostile.Mutations;
import dev.hanse.attestation.hostile.QuickSigner;
import dev.hanse.attestation.hostile.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What comes along with a report: certificates, in them the firmware's digest. */
@Tag("fuzz")
class NvidiaChainFuzzTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final NvidiaVerifier VERIFIER = FORGE.verifier(CollateralStore.EMPTY);
  private static final List<Bytes> CHAIN = FORGE.chain();
  private static final Bytes REPORT = FORGE.good();
  private static final VerifiedClaims GOOD = verified(CHAIN).orElseThrow();

  /** One of the five at a time. */
  @Test
  void takesNoMutantOfACertificate() {
    Mutations mutations = new Mutations(100);
    AtomicInteger place = new AtomicInteger();
    Fuzz.mutants(
        100,
        CHAIN,
        good -> {
          place.set(CHAIN.indexOf(good));
          return mutations.of(good);
        },
        bytes ->
            verified(with(CHAIN.contains(bytes) ? CHAIN.indexOf(bytes) : place.get(), bytes))
                .isPresent(),
        mutant -> false);
  }

  /** Text around PEM is passed over: what is taken has the very certificates. */
  @Test
  void takesMutantsOfPemOnlyWithTheSameCertificates() {
    Fuzz.mutants(
        110,
        List.of(pem()),
        bytes -> verified(List.of(bytes)).isPresent(),
        mutant -> isSame(List.of(mutant)));
  }

  /** Past the issuer's signature: only what still is this device with this firmware. */
  @Test
  void takesSignedMutantsOfALeafOnlyForTheSameDevice() {
    Mutations mutations = new Mutations(111);
    QuickSigner issuer = new QuickSigner(FORGE.brom);
    Bytes signed = toBeSigned(FORGE.leaf);
    Fuzz.mutants(
        111,
        List.of(CHAIN.getFirst()),
        good -> issuer.certify(mutations.of(signed)),
        bytes -> verified(with(0, bytes)).isPresent(),
        mutant -> isSame(with(0, mutant)));
  }

  /** Nothing may stand behind the digest. */
  @Test
  void findsInACompositeDeviceIdTheDigestItEndsWith() {
    Fuzz.mutants(
        112,
        List.of(FORGE.composite(NvidiaForge.FIRMWARE)),
        extension -> DiceFwid.ofComposite(wrapped(extension)).isPresent(),
        mutant ->
            mutant.hex().startsWith("30")
                && mutant.hex().endsWith(fwid(DiceFwid.ofComposite(wrapped(mutant)))));
  }

  @Test
  void findsInATcbInfoTheFirstDigestOfItsSixthField() {
    Fuzz.mutants(
        113,
        List.of(NvidiaForge.tcbInfo(NvidiaForge.FIRMWARE)),
        extension -> DiceFwid.ofTcbInfo(wrapped(extension)).isPresent(),
        mutant ->
            Pattern.compile("a6(..|81..|82....)" + fwid(DiceFwid.ofTcbInfo(wrapped(mutant))))
                .matcher(mutant.hex())
                .find());
  }

  private static byte[] wrapped(Bytes extension) {
    return NvidiaForge.der(0x04, extension).toArray();
  }

  private static String fwid(Optional<Bytes> digest) {
    return NvidiaForge.fwid(NvidiaForge.SHA384, digest.orElseThrow()).hex();
  }

  private static Bytes pem() {
    StringBuilder pem = new StringBuilder();
    for (Bytes der : CHAIN) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(der.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return Bytes.copyOf(pem.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean isSame(List<Bytes> chain) {
    return verified(chain)
        .filter(claims -> claims.measurements().equals(GOOD.measurements()))
        .isPresent();
  }

  private static List<Bytes> with(int place, Bytes certificate) {
    List<Bytes> chain = new ArrayList<>(CHAIN);
    chain.set(place, certificate);
    return chain;
  }

  private static Optional<VerifiedClaims> verified(List<Bytes> chain) {
    Evidence evidence = NvidiaForge.evidence(REPORT, chain);
    return VERIFIER.verify(evidence, NvidiaForge.NOW) instanceof Verification.Verified(var claims)
        ? Optional.of(claims)
        : Optional.empty();
  }

  private static Bytes toBeSigned(TestAuthority authority) {
    try {
      return Bytes.copyOf(authority.certificate().getTBSCertificate());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
