package dev.hanse.attestation.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the paravisor keeps in NV index 0x01400001 of its virtual TPM: the TEE's report and the
 * runtime data whose digest that report carries. Little-endian: a header of 32 bytes, the report in
 * 1184, a header of 20 bytes, JSON, and zeros to the index's size. The layout was read off genuine
 * captures; nothing but JSON and SNP report is signed, so the rest is held to what it always is.
 *
 * @param tee whose report it is
 * @param report of the TEE; for TDX the report a quote was made of, which nothing can check
 * @param runtimeDigest SHA-256 of the runtime data's JSON
 * @param key of the virtual TPM, with which it signs quotes
 * @param configuration of the virtual machine, as the paravisor says
 */
record HclReport(
    Tee tee, Bytes report, Bytes runtimeDigest, TpmKey.Rsa key, Map<String, String> configuration) {
  /** The TEEs a paravisor has reports of, by its own numbers. */
  enum Tee {
    SNP(2),
    TDX(4);

    private final int code;

    Tee(int code) {
      this.code = code;
    }
  }

  private static final int LIMIT_BYTES = 8 * 1024;
  private static final long MAGIC = 0x414C4348L;
  private static final int REPORT_BYTES = 1184;

  /** TDREPORT_STRUCT (Intel TDX Module ABI). */
  private static final int TD_REPORT_BYTES = 1024;

  private static final int HEADER_BYTES = 32;
  private static final int RUNTIME_HEADER_BYTES = 20;
  private static final int DIGEST_SHA256 = 1;
  private static final String KEY_ID = "HCLAkPub";

  private static final ObjectReader JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxStringLength(LIMIT_BYTES)
                          .build())
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  HclReport {
    configuration = Map.copyOf(configuration);
  }

  /** What the paravisor had the TDX module report: the structure before what fills its place. */
  Bytes tdReport() {
    return Bytes.copyOf(Arrays.copyOf(report.toArray(), TD_REPORT_BYTES));
  }

  /** Reads it, exactly. */
  static HclReport read(Bytes encoded) throws Rejection {
    unless(encoded.size() <= LIMIT_BYTES, Reason.LENGTH, "the HCL report is over " + LIMIT_BYTES);
    ByteReader in = new ByteReader(encoded);
    unless(in.u32Le("magic") == MAGIC, Reason.MAGIC, "no HCL report");
    long version = in.u32Le("version");
    unless(version == 1 || version == 2, Reason.VERSION, "HCL report of version " + version);
    long size = in.u32Le("report size");
    unless(in.u32Le("request type") == 2, Reason.TYPE, "the HCL report answers another request");
    in.zeros(HEADER_BYTES - in.position(), "the HCL header");
    Bytes report = in.bytes(REPORT_BYTES, "TEE report");
    long runtimeSize = in.u32Le("runtime data size");
    unless(in.u32Le("runtime version") == 1, Reason.VERSION, "runtime data of another version");
    Tee tee = tee(in.u32Le("report type"));
    unless(in.u32Le("digest") == DIGEST_SHA256, Reason.SIG_HASH, "not bound by SHA-256");
    long jsonSize = in.u32Le("JSON size");
    unless(
        runtimeSize == RUNTIME_HEADER_BYTES + jsonSize
            && size == HEADER_BYTES + REPORT_BYTES + runtimeSize,
        Reason.LENGTH,
        "the HCL report's sizes contradict one another");
    Bytes json = in.bytes(jsonSize, "runtime data");
    in.zeros(in.remaining(), "what follows the runtime data");
    JsonNode runtime = parse(json);
    return new HclReport(tee, report, json.sha256(), key(runtime), configuration(runtime));
  }

  private static Tee tee(long code) throws Rejection {
    for (Tee tee : Tee.values()) {
      if (tee.code == code) {
        return tee;
      }
    }
    throw new Rejection(
        Stage.PARSE, Reason.TEE_TYPE, "a report of type " + code + " is neither SNP's nor TDX's");
  }

  private static JsonNode parse(Bytes json) throws Rejection {
    try {
      // Jackson would read bytes that are no UTF-8 as a character of its choice.
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(json.toArray())).toString();
      JsonNode runtime = JSON.readTree(text);
      if (runtime != null && runtime.isObject()) {
        return runtime;
      }
    } catch (IOException | RuntimeException unreadable) {
      throw new Rejection(Stage.PARSE, Reason.STRUCTURE, "the runtime data is not strict JSON");
    }
    throw new Rejection(Stage.PARSE, Reason.STRUCTURE, "the runtime data is no JSON object");
  }

  private static TpmKey.Rsa key(JsonNode runtime) throws Rejection {
    JsonNode found = null;
    for (JsonNode key : runtime.path("keys")) {
      if (key.path("kid").asText("").equals(KEY_ID)) {
        unless(found == null, Reason.DUPLICATE, "two keys are called " + KEY_ID);
        found = key;
      }
    }
    if (found == null
        || !found.path("kty").asText("").equals("RSA")
        || found.path("key_ops").size() != 1
        || !found.path("key_ops").path(0).asText("").equals("sign")) {
      throw new Rejection(
          Stage.PARSE, Reason.KEY, "the runtime data has no RSA key " + KEY_ID + " to sign with");
    }
    return TpmKey.Rsa.of(number(found.path("n")), number(found.path("e")));
  }

  private static BigInteger number(JsonNode base64) throws Rejection {
    try {
      return new BigInteger(1, Base64.getUrlDecoder().decode(base64.asText("")));
    } catch (IllegalArgumentException unreadable) {
      throw new Rejection(Stage.PARSE, Reason.KEY, "a key's number is not base64url");
    }
  }

  private static Map<String, String> configuration(JsonNode runtime) {
    Map<String, String> configuration = new TreeMap<>();
    runtime
        .path("vm-configuration")
        .properties()
        .forEach(entry -> configuration.put(entry.getKey(), entry.getValue().asText("")));
    return configuration;
  }

  private static void unless(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, reason, detail);
  }
}
