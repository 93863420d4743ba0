package dev.hanse.attestation.policy;

/**
 * One question an appraisal asked.
 *
 * @param name stable, for example {@code report-data}
 */
public record Check(String name, boolean passed) {}
