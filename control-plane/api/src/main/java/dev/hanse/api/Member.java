package dev.hanse.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node as the mesh knows it: what it is and offers. What it is doing is its {@link Load}.
 *
 * @param address its gRPC address
 * @param publicUrl where clients reach it, for an edge; empty otherwise
 * @param engine the engine's dialect and self-description, for example {@code simulated (h100)}
 * @param incarnation chosen at random when its process starts; a new one means a restart
 */
public record Member(
    NodeId id,
    RegionId region,
    Endpoint address,
    String publicUrl,
    Set<Role> roles,
    List<ModelOffer> offers,
    Capacity capacity,
    String engine,
    boolean engineSimulated,
    DataPolicy dataPolicy,
    AttestationSummary attestation,
    MemberState state,
    long incarnation) {
  public Member {
    roles = Set.copyOf(roles);
    offers = List.copyOf(offers);
    if (offers.stream().map(ModelOffer::model).distinct().count() != offers.size()) {
      throw new IllegalArgumentException("member " + id + " offers a model twice");
    }
  }

  public Optional<ModelOffer> offerOf(ModelId model) {
    return offers.stream().filter(offer -> offer.model().equals(model)).findFirst();
  }

  public Member withState(MemberState newState) {
    return new Member(
        id,
        region,
        address,
        publicUrl,
        roles,
        offers,
        capacity,
        engine,
        engineSimulated,
        dataPolicy,
        attestation,
        newState,
        incarnation);
  }

  public Member withOffers(List<ModelOffer> newOffers) {
    return new Member(
        id,
        region,
        address,
        publicUrl,
        roles,
        newOffers,
        capacity,
        engine,
        engineSimulated,
        dataPolicy,
        attestation,
        state,
        incarnation);
  }

  public Member withCapacity(Capacity newCapacity) {
    return new Member(
        id,
        region,
        address,
        publicUrl,
        roles,
        offers,
        newCapacity,
        engine,
        engineSimulated,
        dataPolicy,
        attestation,
        state,
        incarnation);
  }

  public Member withAttestation(AttestationSummary newAttestation) {
    return new Member(
        id,
        region,
        address,
        publicUrl,
        roles,
        offers,
        capacity,
        engine,
        engineSimulated,
        dataPolicy,
        newAttestation,
        state,
        incarnation);
  }
}
