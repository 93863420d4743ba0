package dev.hanse.cli.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.azure.AzureVerifier;
import dev.hanse.attestation.nitro.NitroVerifier;
import dev.hanse.attestation.nvidia.NvidiaVerifier;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tdx.Ccel;
import dev.hanse.attestation.tdx.TdxVerifier;
import dev.hanse.attestation.tpm.TpmVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files as somebody has them at hand, told apart by what they hold: evidence in its raw form or as
 * JSON with a technology's name, certificates that go with it, and vendors' collateral.
 */
final class EvidenceFiles {
  private static final long LIMIT_BYTES = 4L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern FMSPC =
      Pattern.compile("\\\\?\"fmspc\\\\?\"\\s*:\\s*\\\\?\"([0-9A-Fa-f]{12})");
  private static final Pattern AMD_ROOT = Pattern.compile("CN=ARK-([A-Za-z]+)");

  /** Azure's evidence: version, length of the report, and the report, which starts with HCLA. */
  private static final int AZURE_REPORT_AT = 5;

  private static final int AZURE_MAGIC = 0x48434C41;

  /** A TCG log's first event: register, type, SHA-1 digest, size, and what names the format. */
  private static final int LOG_NAME_AT = 4 + 4 + 20 + 4;

  private static final String LOG_NAME = "Spec ID Event0";

  private final List<Evidence> bodies = new ArrayList<>();
  private final List<Bytes> certificates = new ArrayList<>();
  private final List<Path> logFiles = new ArrayList<>();
  private final List<Bytes> eventLogs = new ArrayList<>();
  private final Map<CollateralStore.Id, Bytes> collateral = new HashMap<>();
  private final Map<String, Bytes> manifests = new HashMap<>();

  /**
   * Reads files.
   *
   * @throws IOException naming the file that cannot be read or is of no kind that is known
   */
  static EvidenceFiles read(List<Path> files) throws IOException {
    EvidenceFiles read = new EvidenceFiles();
    for (Path file : files) {
      read.add(file);
    }
    read.requireQuotesForLogs();
    return read;
  }

  private void add(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a file");
    }
    if (Files.size(file) > LIMIT_BYTES) {
      throw new IOException(file + " is over " + LIMIT_BYTES + " bytes");
    }
    Bytes content = Bytes.copyOf(Files.readAllBytes(file));
    byte[] bytes = content.toArray();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String start = text.stripLeading();
    if (start.startsWith("{") || start.startsWith("[")) {
      addJson(file, text, content);
    } else if (start.startsWith("<")) {
      manifests.put(String.valueOf(file.getFileName()).toUpperCase(Locale.ROOT), content);
    } else if (text.startsWith(LOG_NAME, LOG_NAME_AT)) {
      // Before evidence: registers are small numbers, as versions of SNP reports are.
      logFiles.add(file);
      eventLogs.add(withoutPadding(content));
    } else if (technologyOf(bytes).isPresent()) {
      // Before certificates: a TDX quote holds some in PEM.
      bodies.add(new Evidence(technologyOf(bytes).get(), content));
    } else if (text.contains("-----BEGIN CERTIFICATE-----")) {
      certificates.add(content);
    } else if (bytes.length > 0 && bytes[0] == 0x30) {
      addDer(content);
    } else {
      throw new IOException(
          file + " is no evidence, certificate or collateral of a kind that is known here");
    }
  }

  /** What cannot be cut is handed on as it is: the verifier says what is wrong with it. */
  private static Bytes withoutPadding(Bytes log) {
    try {
      return Ccel.within(log);
    } catch (Rejection notOfADomain) {
      return log;
    }
  }

  private void requireQuotesForLogs() throws IOException {
    long quotes = bodies.stream().filter(EvidenceFiles::takesEventLog).count();
    if (!logFiles.isEmpty() && (logFiles.size() > 1 || quotes != 1)) {
      throw new IOException(
          logFiles.getLast()
              + " is an event log: give one, beside the one TDX quote it belongs to, in its raw"
              + " form; a TPM's log stands in its evidence already");
    }
  }

  /** By the first bytes of each format; the verifier then looks at all of them. */
  private static Optional<String> technologyOf(byte[] bytes) {
    if (bytes.length >= AZURE_REPORT_AT + 4
        && ByteBuffer.wrap(bytes).getInt(AZURE_REPORT_AT) == AZURE_MAGIC) {
      return Optional.of(azureTechnology(bytes));
    }
    if (bytes.length >= 8 && bytes[4] == (byte) 0x81 && bytes[1] == 0 && bytes[0] < 16) {
      return Optional.of(TdxVerifier.TECHNOLOGY);
    }
    if (bytes.length >= 2 && bytes[0] == 0x11 && bytes[1] == (byte) 0xE0) {
      return Optional.of(NvidiaVerifier.TECHNOLOGY);
    }
    if (bytes.length >= 2 && (bytes[0] == (byte) 0x84 || bytes[0] == (byte) 0xD2)) {
      return Optional.of(NitroVerifier.TECHNOLOGY);
    }
    if (bytes.length >= 7 && bytes[0] == 1 && bytes[3] == (byte) 0xFF && bytes[4] == 'T') {
      return Optional.of(TpmVerifier.TECHNOLOGY);
    }
    if (bytes.length >= 1024 && bytes[0] < 16 && bytes[1] == 0) {
      return Optional.of(SnpVerifier.TECHNOLOGY);
    }
    return Optional.empty();
  }

  /** Of TDX if a quote stands behind the report, by its length. */
  private static String azureTechnology(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long quoteAt = AZURE_REPORT_AT + Integer.toUnsignedLong(in.getInt(1));
    return quoteAt + 4 <= bytes.length && in.getInt((int) quoteAt) != 0
        ? AzureVerifier.TDX
        : AzureVerifier.SNP;
  }

  private void addJson(Path file, String text, Bytes content) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException broken) {
      throw new IOException(file + " is not JSON: " + broken.getOriginalMessage(), broken);
    }
    if (root.has("tcb_info")) {
      Matcher fmspc = FMSPC.matcher(text);
      if (!fmspc.find()) {
        throw new IOException(file + " is TDX collateral without an fmspc");
      }
      collateral.put(
          new CollateralStore.Id(TdxVerifier.COLLATERAL, fmspc.group(1).toLowerCase(Locale.ROOT)),
          content);
      return;
    }
    for (JsonNode one : root.isArray() ? root : List.of(root)) {
      bodies.add(evidence(file, one));
    }
  }

  private static Evidence evidence(Path file, JsonNode one) throws IOException {
    try {
      List<Bytes> beside = new ArrayList<>();
      for (JsonNode piece : one.path("collateral")) {
        beside.add(decoded(piece.asText()));
      }
      if (one.path("technology").isTextual() && one.path("body").isTextual()) {
        return new Evidence(
            one.path("technology").asText(), decoded(one.path("body").asText()), beside);
      }
    } catch (IllegalArgumentException notBase64) {
      throw new IOException(file + ": body and collateral are base64", notBase64);
    }
    throw new IOException(
        file
            + " is JSON, but neither {\"technology\", \"body\", \"collateral\"} nor TDX collateral");
  }

  private static Bytes decoded(String base64) {
    return Bytes.copyOf(Base64.getDecoder().decode(base64));
  }

  /** A certificate, or one of AMD's revocation lists. */
  private void addDer(Bytes content) {
    Optional<String> product = amdProduct(content);
    if (product.isPresent()) {
      collateral.put(new CollateralStore.Id(SnpVerifier.CRL_KIND, product.get()), content);
    } else {
      certificates.add(content);
    }
  }

  private static Optional<String> amdProduct(Bytes der) {
    try {
      X509CRL crl =
          (X509CRL)
              CertificateFactory.getInstance("X.509")
                  .generateCRL(new ByteArrayInputStream(der.toArray()));
      Matcher root = AMD_ROOT.matcher(crl.getIssuerX500Principal().getName());
      return root.find() ? Optional.of(root.group(1)) : Optional.empty();
    } catch (CRLException | CertificateException | RuntimeException other) {
      return Optional.empty();
    }
  }

  /** The evidence, each with what was given that goes with it. */
  List<Evidence> evidence() {
    return bodies.stream()
        .map(one -> new Evidence(one.technology(), one.body(), beside(one)))
        .toList();
  }

  private List<Bytes> beside(Evidence one) {
    if (takesCertificates(one)) {
      return certificates;
    }
    return takesEventLog(one) ? eventLogs : one.collateral();
  }

  private static boolean takesEventLog(Evidence evidence) {
    return evidence.collateral().isEmpty() && evidence.technology().equals(TdxVerifier.TECHNOLOGY);
  }

  private static boolean takesCertificates(Evidence evidence) {
    return evidence.collateral().isEmpty()
        && (evidence.technology().equals(SnpVerifier.TECHNOLOGY)
            || evidence.technology().equals(AzureVerifier.SNP)
            || evidence.technology().equals(NvidiaVerifier.TECHNOLOGY));
  }

  /**
   * What was given, before what a folder holds. A reference manifest is found by the last word of
   * the id that is asked for, its version, in the file's name.
   */
  CollateralStore collateral(CollateralStore folder) {
    Map<CollateralStore.Id, Bytes> given = Map.copyOf(collateral);
    Map<String, Bytes> named = Map.copyOf(manifests);
    return id -> {
      Bytes direct = given.get(id);
      if (direct != null) {
        return Optional.of(direct);
      }
      if (id.kind().equals(NvidiaVerifier.RIM_KIND)) {
        String version = id.key().substring(id.key().lastIndexOf('_') + 1);
        Optional<Bytes> manifest =
            named.entrySet().stream()
                .filter(file -> file.getKey().contains(version.toUpperCase(Locale.ROOT)))
                .map(Map.Entry::getValue)
                .findFirst();
        if (manifest.isPresent()) {
          return manifest;
        }
      }
      return folder.find(id);
    };
  }
}
