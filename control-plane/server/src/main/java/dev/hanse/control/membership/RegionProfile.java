package dev.hanse.control.membership;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;

/**
 * What a control plane says of its own region.
 *
 * @param residency where data placed here may be said to be, for example {@code eu}
 * @param control where the control planes and nodes reach it
 */
public record RegionProfile(RegionId region, String residency, Endpoint control) {}
