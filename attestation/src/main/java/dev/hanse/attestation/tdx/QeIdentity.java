package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Intel's word on which quoting enclave is the one for TDX: "Enclave Identity" of version 2. Read
 * only after its signature held.
 *
 * @param miscSelect 4 bytes, to be compared under their mask
 * @param attributes 16 bytes, to be compared under their mask
 * @param levels best first
 */
record QeIdentity(
    Instant issueDate,
    Instant nextUpdate,
    int evaluation,
    Bytes miscSelect,
    Bytes miscSelectMask,
    Bytes attributes,
    Bytes attributesMask,
    Bytes mrSigner,
    int isvProdId,
    List<TcbLevel.OfOne> levels) {
  static final int LIMIT_BYTES = 64 * 1024;

  static final Set<String> LEVEL = Set.of("tcb", "tcbDate", "tcbStatus", "advisoryIDs");

  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "version",
          "issueDate",
          "nextUpdate",
          "tcbEvaluationDataNumber",
          "miscselect",
          "miscselectMask",
          "attributes",
          "attributesMask",
          "mrsigner",
          "isvprodid",
          "tcbLevels");
  private static final Set<String> SVN = Set.of("isvsvn");
  private static final int LEVELS_LIMIT = 128;
  private static final int ADVISORIES_LIMIT = 256;

  QeIdentity {
    levels = List.copyOf(levels);
  }

  static QeIdentity read(Bytes document) throws Rejection {
    JsonFields json = StrictJson.read(document, LIMIT_BYTES, "QE identity").only(FIELDS);
    StrictJson.require(
        json.text("id").equals("TD_QE"),
        Reason.QEID_ID,
        "the QE identity is not that of the quoting enclave for TDX");
    StrictJson.require(
        json.number("version", Integer.MAX_VALUE) == 2,
        Reason.VERSION,
        "the QE identity is not of version 2");
    return new QeIdentity(
        json.instant("issueDate"),
        json.instant("nextUpdate"),
        json.number("tcbEvaluationDataNumber", Integer.MAX_VALUE),
        json.hex("miscselect", 4),
        json.hex("miscselectMask", 4),
        json.hex("attributes", 16),
        json.hex("attributesMask", 16),
        json.hex("mrsigner", 32),
        json.number("isvprodid", 0xFFFF),
        levels(json));
  }

  static List<TcbLevel.OfOne> levels(JsonFields json) throws Rejection {
    List<TcbLevel.OfOne> levels = new ArrayList<>();
    for (JsonFields level : json.objects("tcbLevels", LEVELS_LIMIT)) {
      level.only(LEVEL);
      levels.add(
          new TcbLevel.OfOne(
              level.object("tcb").only(SVN).number("isvsvn", 0xFFFF), standing(level)));
    }
    return levels;
  }

  static TcbLevel.Standing standing(JsonFields level) throws Rejection {
    return new TcbLevel.Standing(
        level.instant("tcbDate"),
        level.text("tcbStatus"),
        level.has("advisoryIDs") ? level.texts("advisoryIDs", ADVISORIES_LIMIT) : List.of());
  }
}
