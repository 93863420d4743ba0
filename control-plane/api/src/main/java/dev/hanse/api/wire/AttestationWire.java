package dev.hanse.api.wire;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;

/** What was concluded from a node's evidence. */
public final class AttestationWire {
  private AttestationWire() {}

  public static dev.hanse.api.enroll.v1.Attestation toProto(AttestationSummary summary) {
    return dev.hanse.api.enroll.v1.Attestation.newBuilder()
        .setTechnology(summary.technology())
        .setLevel(toProto(summary.level()))
        .setAppraisedAtEpochMillis(
            Field.epochMillis("appraised_at_epoch_millis", summary.appraisedAt()))
        .setExpiresAtEpochMillis(Field.epochMillis("expires_at_epoch_millis", summary.expiresAt()))
        .build();
  }

  public static AttestationSummary fromProto(dev.hanse.api.enroll.v1.Attestation attestation) {
    return new AttestationSummary(
        Field.name("technology", attestation.getTechnology(), Limits.NAME_CHARS),
        levelFromNumber("level", attestation.getLevelValue()),
        Field.instant("appraised_at_epoch_millis", attestation.getAppraisedAtEpochMillis()),
        Field.instant("expires_at_epoch_millis", attestation.getExpiresAtEpochMillis()));
  }

  public static dev.hanse.api.enroll.v1.AttestationLevel toProto(AttestationLevel level) {
    return switch (level) {
      case SIMULATED -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_SIMULATED;
      case TPM -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_TPM;
      case TEE -> dev.hanse.api.enroll.v1.AttestationLevel.ATTESTATION_LEVEL_TEE;
    };
  }

  /** Reads the number of an {@code AttestationLevel} field, known or not. */
  public static AttestationLevel levelFromNumber(String field, int number) {
    return switch (dev.hanse.api.enroll.v1.AttestationLevel.forNumber(number)) {
      case ATTESTATION_LEVEL_SIMULATED -> AttestationLevel.SIMULATED;
      case ATTESTATION_LEVEL_TPM -> AttestationLevel.TPM;
      case ATTESTATION_LEVEL_TEE -> AttestationLevel.TEE;
      case null, default -> throw Field.unknown(field, number);
    };
  }
}
