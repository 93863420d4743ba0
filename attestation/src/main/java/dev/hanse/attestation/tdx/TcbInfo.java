package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Intel's word on the security versions of one family of platforms: "TCB Info" of version 3, as its
 * Provisioning Certification Service version 4 gives it. Read only after its signature held.
 *
 * @param evaluation {@code tcbEvaluationDataNumber}: rises with each recovery Intel publishes
 * @param module what a module of major version 0 must be
 * @param modules what modules of later major versions must be
 * @param levels best first
 */
record TcbInfo(
    Instant issueDate,
    Instant nextUpdate,
    Bytes fmspc,
    Bytes pceId,
    int evaluation,
    Module module,
    List<ModuleIdentity> modules,
    List<TcbLevel> levels) {
  static final int LIMIT_BYTES = 256 * 1024;

  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "version",
          "issueDate",
          "nextUpdate",
          "fmspc",
          "pceId",
          "tcbType",
          "tcbEvaluationDataNumber",
          "tdxModule",
          "tdxModuleIdentities",
          "tcbLevels");
  private static final Set<String> MODULE = Set.of("mrsigner", "attributes", "attributesMask");
  private static final Set<String> IDENTITY =
      Set.of("id", "mrsigner", "attributes", "attributesMask", "tcbLevels");
  private static final Set<String> TCB = Set.of("sgxtcbcomponents", "pcesvn", "tdxtcbcomponents");
  private static final Set<String> COMPONENT = Set.of("svn", "category", "type");
  private static final int LEVELS_LIMIT = 128;

  /** Who signed a TDX module, and its attributes under their mask; 48, 8 and 8 bytes. */
  record Module(Bytes mrSigner, Bytes attributes, Bytes attributesMask) {}

  /**
   * A module by major version.
   *
   * @param id "TDX_" and the version in two hexadecimal digits
   */
  record ModuleIdentity(String id, Module module, List<TcbLevel.OfOne> levels) {
    ModuleIdentity {
      levels = List.copyOf(levels);
    }
  }

  TcbInfo {
    modules = List.copyOf(modules);
    levels = List.copyOf(levels);
  }

  static TcbInfo read(Bytes document) throws Rejection {
    JsonFields json = StrictJson.read(document, LIMIT_BYTES, "TCB info").only(FIELDS);
    StrictJson.require(
        json.text("id").equals("TDX"), Reason.TCBINFO_ID, "the TCB info is not about TDX");
    StrictJson.require(
        json.number("version", Integer.MAX_VALUE) == 3,
        Reason.VERSION,
        "the TCB info is not of version 3");
    StrictJson.require(
        json.number("tcbType", Integer.MAX_VALUE) == 0,
        Reason.TYPE,
        "the TCB info compares in an unknown way");
    List<ModuleIdentity> modules = new ArrayList<>();
    if (json.has("tdxModuleIdentities")) {
      for (JsonFields identity : json.objects("tdxModuleIdentities", LEVELS_LIMIT)) {
        modules.add(identity(identity.only(IDENTITY)));
      }
    }
    List<TcbLevel> levels = new ArrayList<>();
    for (JsonFields level : json.objects("tcbLevels", LEVELS_LIMIT)) {
      levels.add(level(level.only(QeIdentity.LEVEL)));
    }
    return new TcbInfo(
        json.instant("issueDate"),
        json.instant("nextUpdate"),
        json.hex("fmspc", 6),
        json.hex("pceId", 2),
        json.number("tcbEvaluationDataNumber", Integer.MAX_VALUE),
        module(json.object("tdxModule").only(MODULE)),
        modules,
        levels);
  }

  Optional<ModuleIdentity> module(int majorVersion) {
    String id = "TDX_%02X".formatted(majorVersion);
    return modules.stream().filter(module -> module.id().equalsIgnoreCase(id)).findFirst();
  }

  private static ModuleIdentity identity(JsonFields json) throws Rejection {
    return new ModuleIdentity(json.text("id"), module(json), QeIdentity.levels(json));
  }

  private static Module module(JsonFields json) throws Rejection {
    return new Module(
        json.hex("mrsigner", 48), json.hex("attributes", 8), json.hex("attributesMask", 8));
  }

  private static TcbLevel level(JsonFields json) throws Rejection {
    JsonFields tcb = json.object("tcb").only(TCB);
    return new TcbLevel(
        components(tcb, "sgxtcbcomponents"),
        tcb.number("pcesvn", 0xFFFF),
        components(tcb, "tdxtcbcomponents"),
        QeIdentity.standing(json));
  }

  private static List<Integer> components(JsonFields tcb, String name) throws Rejection {
    List<JsonFields> objects = tcb.objects(name, LEVELS_LIMIT);
    StrictJson.require(
        objects.size() == TcbLevel.COMPONENTS,
        Reason.TCB_COMPONENTS,
        "a TCB level has " + objects.size() + " components, not " + TcbLevel.COMPONENTS);
    List<Integer> svns = new ArrayList<>(TcbLevel.COMPONENTS);
    for (JsonFields component : objects) {
      svns.add(component.only(COMPONENT).number("svn", 0xFF));
    }
    return svns;
  }
}
