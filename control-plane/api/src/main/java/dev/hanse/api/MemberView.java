package dev.hanse.api;

/** A member with its last known load. */
public record MemberView(Member member, Load load) {}
