package dev.hanse.attestation.policy;

/**
 * One question an appraisal asked.
 *
 * @param name stable, for example {@code report-data}
 * @param detail what was found and wanted where it failed; empty where it passed
 */
public record Check(String name, boolean passed, String detail) {
  public static Check passed(String name) {
    return new Check(name, true, "");
  }
}
