package dev.hanse.api.wire;

import dev.hanse.api.Revocation;
import dev.hanse.api.control.v1.RevocationKind;
import dev.hanse.api.control.v1.Revocations;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What is revoked, as records and as messages. */
public final class RevocationWire {
  /** The most there may be at once, lifted ones included. */
  public static final int MOST = 8_192;

  private RevocationWire() {}

  public static Revocations toProto(Collection<Revocation> revocations) {
    return Revocations.newBuilder()
        .addAllRevocations(revocations.stream().map(RevocationWire::toProto).toList())
        .build();
  }

  public static dev.hanse.api.control.v1.Revocation toProto(Revocation one) {
    return dev.hanse.api.control.v1.Revocation.newBuilder()
        .setKind(
            switch (one.kind()) {
              case NODE -> RevocationKind.REVOCATION_KIND_NODE;
              case RESULT -> RevocationKind.REVOCATION_KIND_RESULT;
              case TECHNOLOGY -> RevocationKind.REVOCATION_KIND_TECHNOLOGY;
              case POLICY -> RevocationKind.REVOCATION_KIND_POLICY;
              case FACT -> RevocationKind.REVOCATION_KIND_FACT;
            })
        .setValue(one.value())
        .setLifted(one.lifted())
        .setRevision(one.revision())
        .setAtEpochMillis(Field.epochMillis("at_epoch_millis", one.at()))
        .setExpiresAtEpochMillis(
            one.expiresAt()
                .map(at -> Math.max(1, Field.epochMillis("expires_at_epoch_millis", at)))
                .orElse(0L))
        .setReason(one.reason())
        .build();
  }

  /** Throws a {@link WireException} naming the field that breaks the contract. */
  public static List<Revocation> fromProto(Revocations message) {
    return Field.distinct(
        "revocations",
        message.getRevocationsList(),
        MOST,
        RevocationWire::fromProto,
        Revocation::subject);
  }

  public static Revocation fromProto(dev.hanse.api.control.v1.Revocation one) {
    Instant expiresAt = Field.instant("expires_at_epoch_millis", one.getExpiresAtEpochMillis());
    return new Revocation(
        switch (one.getKind()) {
          case REVOCATION_KIND_NODE -> Revocation.Kind.NODE;
          case REVOCATION_KIND_RESULT -> Revocation.Kind.RESULT;
          case REVOCATION_KIND_TECHNOLOGY -> Revocation.Kind.TECHNOLOGY;
          case REVOCATION_KIND_POLICY -> Revocation.Kind.POLICY;
          case REVOCATION_KIND_FACT -> Revocation.Kind.FACT;
          case REVOCATION_KIND_UNSPECIFIED, UNRECOGNIZED ->
              throw new WireException("kind", "is unknown");
        },
        Field.name("value", one.getValue(), 256),
        one.getLifted(),
        one.getRevision(),
        Field.instant("at_epoch_millis", one.getAtEpochMillis()),
        one.getExpiresAtEpochMillis() == 0 ? Optional.empty() : Optional.of(expiresAt),
        Field.text("reason", one.getReason(), 256));
  }
}
