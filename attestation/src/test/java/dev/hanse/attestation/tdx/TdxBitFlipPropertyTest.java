package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.x509.Chain;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bit of everything that is signed, flipped alone: refused, and counted. */
class TdxBitFlipPropertyTest {
  private static final int HEADER = 48;
  private static final int SIGNATURE_AND_KEY = 128;
  private static final int QE_REPORT_AND_SIGNATURE = 448;
  private static final int AUTHENTICATION = 32;

  /** Writes any text so that it is ASCII: what a flip makes of a document must reach its check. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final TdxForge forge = new TdxForge();

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void ofAQuotesHeaderAndBody(int version) {
    Quoted quoted = quoted(version);

    Map<Reason, Integer> refused = quoted.flips(0, quoted.partAt);

    assertThat(total(refused)).isEqualTo(quoted.partAt * 8);
    // What the fixed fields of the header refuse by themselves is refused before any signature.
    int formal = version == 4 ? HEADER * 8 : (HEADER + 6) * 8;
    assertThat(refused.getOrDefault(Reason.SIGNATURE, 0))
        .isGreaterThanOrEqualTo(quoted.partAt * 8 - formal);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void ofTheSignatureAndTheAttestationKey(int version) {
    Quoted quoted = quoted(version);

    Map<Reason, Integer> refused =
        quoted.flips(quoted.partAt + 4, quoted.partAt + 4 + SIGNATURE_AND_KEY);

    assertThat(refused).isEqualTo(Map.of(Reason.SIGNATURE, 64 * 8, Reason.AK_BINDING, 64 * 8));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void ofTheQeReportItsSignatureAndTheAuthenticationData(int version) {
    Quoted quoted = quoted(version);
    int report = quoted.partAt + 4 + SIGNATURE_AND_KEY + 6;
    int authentication = report + QE_REPORT_AND_SIGNATURE + 2;

    assertThat(quoted.flips(report, report + QE_REPORT_AND_SIGNATURE))
        .isEqualTo(Map.of(Reason.QE_SIGNATURE, QE_REPORT_AND_SIGNATURE * 8));
    assertThat(quoted.flips(authentication, authentication + AUTHENTICATION))
        .isEqualTo(Map.of(Reason.AK_BINDING, AUTHENTICATION * 8));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void ofTheSizesAndTypesBetweenThem(int version) {
    Quoted quoted = quoted(version);
    int certification = quoted.partAt + 4 + SIGNATURE_AND_KEY;
    int authentication = certification + 6 + QE_REPORT_AND_SIGNATURE;

    assertThat(total(quoted.flips(quoted.partAt, quoted.partAt + 4))).isEqualTo(4 * 8);
    assertThat(total(quoted.flips(certification, certification + 6))).isEqualTo(6 * 8);
    assertThat(total(quoted.flips(authentication, authentication + 2))).isEqualTo(2 * 8);
    int certificates = authentication + 2 + AUTHENTICATION;
    assertThat(total(quoted.flips(certificates, certificates + 6))).isEqualTo(6 * 8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void ofAPlatformsCertificates(int which) throws CertificateEncodingException {
    X509Certificate[] chain = forge.platformChain();
    TdxVerifier verifier = forge.verifier();
    byte[] signed = forge.signedPart();
    byte[] signature = forge.attestationKey.sign(signed);
    byte[] report = forge.boundQeReport();
    byte[] reportSignature = forge.pckKey.sign(report);

    int[] refused = {0};
    int size =
        eachBit(
            chain[which].getEncoded(),
            flipped -> {
              Bytes quote =
                  forge.quoteWith(
                      signed, signature, report, reportSignature, pem(chain, which, flipped));
              refused[0] +=
                  refusal(verifier.verify(TdxForge.evidence(quote), TdxForge.AT)).isPresent()
                      ? 1
                      : 0;
            });

    assertThat(refused[0]).isEqualTo(size * 8);
  }

  @ParameterizedTest
  @CsvSource({"tcb_info, TCBINFO_SIGNATURE", "qe_identity, QEID_SIGNATURE"})
  void ofASignedDocument(String field, Reason reason) throws Rejection {
    byte[] document = forge.fields().getOrDefault(field, "").getBytes(ISO_8859_1);

    Map<Reason, Integer> refused =
        collateralFlips(field, document, flipped -> new String(flipped, ISO_8859_1));

    assertThat(refused).isEqualTo(Map.of(reason, document.length * 8));
  }

  @ParameterizedTest
  @CsvSource({"tcb_info_signature, TCBINFO_SIGNATURE", "qe_identity_signature, QEID_SIGNATURE"})
  void ofADocumentsSignature(String field, Reason reason) throws Rejection {
    byte[] signature = Bytes.ofHex(forge.fields().getOrDefault(field, "")).toArray();

    assertThat(collateralFlips(field, signature, TdxBitFlipPropertyTest::hex))
        .isEqualTo(Map.of(reason, 64 * 8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"root_ca_crl", "pck_crl"})
  void ofARevocationList(String field) throws Rejection {
    byte[] list = Bytes.ofHex(forge.fields().getOrDefault(field, "")).toArray();

    assertThat(total(collateralFlips(field, list, TdxBitFlipPropertyTest::hex)))
        .isEqualTo(list.length * 8);
  }

  @ParameterizedTest
  @CsvSource({
    "tcb_info_issuer_chain, 0",
    "tcb_info_issuer_chain, 1",
    "qe_identity_issuer_chain, 0",
    "qe_identity_issuer_chain, 1"
  })
  void ofTheCertificatesOfCollateralsSigner(String field, int which)
      throws Rejection, CertificateEncodingException {
    X509Certificate[] chain = {ForgedPki.make(forge.tcbSigner), ForgedPki.make(forge.root)};
    byte[] certificate = chain[which].getEncoded();

    assertThat(total(collateralFlips(field, certificate, flipped -> pem(chain, which, flipped))))
        .isEqualTo(certificate.length * 8);
  }

  @Test
  void theEncodingThatFlipsAreWrittenInIsReadAsItWas() throws Rejection {
    TdxCollateral.verify(json(forge.fields()), platform(), forge.anchors(), TdxForge.AT);
  }

  /** A good quote and where its parts stand. */
  private record Quoted(TdxVerifier verifier, Bytes good, int partAt) {
    Map<Reason, Integer> flips(int from, int until) {
      Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
      claims(verifier.verify(TdxForge.evidence(good), TdxForge.AT));
      for (int bit = from * 8; bit < until * 8; bit++) {
        byte[] flipped = good.toArray();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        refusal(verifier.verify(TdxForge.evidence(Bytes.copyOf(flipped)), TdxForge.AT))
            .ifPresent(refusal -> refused.merge(refusal.reason(), 1, Integer::sum));
      }
      return refused;
    }
  }

  private static Quoted quoted(int version) {
    TdxForge forge = version == 4 ? new TdxForge() : TdxForge.later();
    return new Quoted(forge.verifier(), forge.quote(), forge.signedPart().length);
  }

  private Map<Reason, Integer> collateralFlips(
      String field, byte[] good, Function<byte[], String> written) throws Rejection {
    Map<String, String> fields = new HashMap<>(forge.fields());
    Chain platform = platform();
    Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
    eachBit(
        good,
        flipped -> {
          fields.put(field, written.apply(flipped));
          try {
            TdxCollateral.verify(json(fields), platform, forge.anchors(), TdxForge.AT);
          } catch (Rejection rejection) {
            assertThat(rejection.refusal().stage()).isIn(Stage.COLLATERAL, Stage.REVOCATION);
            refused.merge(rejection.refusal().reason(), 1, Integer::sum);
          }
        });
    return refused;
  }

  private Chain platform() throws Rejection {
    return SignedQuote.verify(forge.quote(), forge.anchors(), TdxForge.AT).chain();
  }

  /** Something done with a flipped copy. */
  private interface Flipped {
    void take(byte[] flipped);
  }

  private static int eachBit(byte[] good, Flipped taker) {
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      taker.take(flipped);
    }
    return good.length;
  }

  private static Optional<Refusal.Rejected> refusal(Verification verification) {
    return verification instanceof Verification.Refused(Refusal.Rejected rejected)
        ? Optional.of(rejected)
        : Optional.empty();
  }

  private static String pem(X509Certificate[] chain, int which, byte[] instead) {
    X509Certificate[] before = Arrays.copyOf(chain, which);
    X509Certificate[] after = Arrays.copyOfRange(chain, which + 1, chain.length);
    return ForgedPki.pem(before) + ForgedPki.pem(instead) + ForgedPki.pem(after);
  }

  private static String hex(byte[] content) {
    return Bytes.copyOf(content).hex();
  }

  private static Bytes json(Map<String, String> fields) {
    try {
      return Bytes.copyOf(JSON.writeValueAsBytes(fields));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static int total(Map<Reason, Integer> refused) {
    return refused.values().stream().mapToInt(Integer::intValue).sum();
  }
}
