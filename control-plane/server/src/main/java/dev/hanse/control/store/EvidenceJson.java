package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.attestation.x509.SubjectKey;
import dev.hanse.control.workflow.Certified;
import java.util.List;
import java.util.Set;

/**
 * One node's evidence as a file. Readers throw {@code IllegalArgumentException}.
 *
 * <p>What can be computed does not stand in it: the report data are those of nonce, key and claims,
 * so that none of the three can be changed without the evidence's own signature speaking up, and
 * the digest is that of the parts.
 */
final class EvidenceJson {
  /** More than enrolment takes; how many belong together is the appraiser's to say. */
  private static final int LIST_LIMIT = 64;

  private static final int PORT_MAX = 65_535;

  private EvidenceJson() {}

  static ObjectNode of(Certified one) {
    ObjectNode file = JsonNodeFactory.instance.objectNode().put("format", JsonFile.FORMAT);
    NodeClaims claims = one.binding().claims();
    file.put("nonce", one.binding().nonce().toArray())
        .put("spki", one.binding().key().spki().toArray())
        .put("provider", claims.provider())
        .put("name", claims.name())
        .put("region", claims.region())
        .put("host", claims.host())
        .put("port", claims.port());
    ArrayNode roles = file.putArray("roles");
    claims.roles().stream().sorted().forEach(roles::add);
    file.put("issuedUnder", one.issuedUnder())
        .put("appraisedAt", one.transcript().appraisedAt().toString())
        .put("certifiedUntil", one.transcript().certifiedUntil().toString());
    ArrayNode parts = file.putArray("parts");
    for (Evidence part : one.transcript().parts()) {
      ArrayNode collateral =
          parts
              .addObject()
              .put("technology", part.technology())
              .put("body", part.body().toArray())
              .putArray("collateral");
      part.collateral().forEach(piece -> collateral.add(piece.toArray()));
    }
    return file;
  }

  static Certified certified(JsonNode file) {
    Fields fields = new Fields(file);
    Binding binding =
        new Binding(
            fields.bytes("nonce"),
            SubjectKey.read(fields.bytes("spki")),
            new NodeClaims(
                fields.text("provider"),
                fields.text("name"),
                fields.text("region"),
                fields.text("host"),
                (int) fields.number("port", PORT_MAX),
                Set.copyOf(fields.list("roles", LIST_LIMIT, role -> Fields.text(role, "roles")))));
    List<Evidence> parts = fields.list("parts", LIST_LIMIT, EvidenceJson::part);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("parts must not be empty");
    }
    Transcript transcript =
        new Transcript(
            parts, binding.reportData(), fields.time("appraisedAt"), fields.time("certifiedUntil"));
    return new Certified(
        binding, transcript.evidenceDigest().hex(), fields.text("issuedUnder"), transcript);
  }

  private static Evidence part(JsonNode node) {
    Fields part = new Fields(node);
    List<Bytes> collateral =
        part.list("collateral", LIST_LIMIT, piece -> Fields.bytes(piece, "collateral"));
    return new Evidence(part.text("technology"), part.bytes("body"), collateral);
  }
}
