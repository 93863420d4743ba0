package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.x509.Anchors;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Manifests: changed as bytes, and as XML so that a parser gets further than the first tag. */
@Tag("fuzz")
class RimFuzzTest {
  private static final RimForge FORGE = new RimForge();
  private static final Anchors ANCHORS = Anchors.of(List.of(FORGE.root.certificate()));
  private static final Bytes GOOD = FORGE.signed(RimForge.driver());

  /** A mutant that is taken says the same: what is outside the canonical form is not signed. */
  @Test
  void takesMutantsOfAManifestOnlyIfTheySayTheSame() {
    Fuzz.mutants(
        815, List.of(GOOD), xml -> verified(xml).isPresent(), mutant -> isSame(verified(mutant)));
  }

  @Test
  void takesManifestsWithOtherTagsOnlyIfTheySayTheSame() {
    Random random = new Random(816);
    Fuzz.mutants(
        816,
        List.of(GOOD),
        good -> shuffled(good, random),
        xml -> verified(xml).isPresent(),
        mutant -> isSame(verified(mutant)));
  }

  /** As if every mutant were signed: what is believed is what another reader finds. */
  @Test
  void readsMutantsAsAnotherReaderDoes() {
    Random random = new Random(817);
    Fuzz.mutants(
        817,
        List.of(GOOD),
        good -> shuffled(good, random),
        xml -> read(xml).isPresent(),
        mutant -> read(mutant).equals(Optional.of(streamed(mutant))));
  }

  /** One to three changes of tags, attributes or single letters within them. */
  private static Bytes shuffled(Bytes xml, Random random) {
    String text = new String(xml.toArray(), StandardCharsets.UTF_8);
    List<String> parts = new ArrayList<>(List.of(text.split("(?=[<>\" =])")));
    for (int change = 1 + random.nextInt(3); change > 0; change--) {
      int at = random.nextInt(parts.size());
      int other = random.nextInt(parts.size());
      switch (random.nextInt(6)) {
        case 0 -> parts.set(at, parts.get(other));
        case 1 -> parts.add(at, parts.get(other));
        case 2 -> parts.remove(at);
        case 3 -> {
          String kept = parts.set(at, parts.get(other));
          parts.set(other, kept);
        }
        case 4 -> {
          int size = Math.min(random.nextInt(24), parts.size() - at);
          parts.addAll(other, List.copyOf(parts.subList(at, at + size)));
        }
        default -> {
          StringBuilder part = new StringBuilder(parts.get(at));
          part.setCharAt(
              random.nextInt(part.length()), "0123456789aT>\"".charAt(random.nextInt(14)));
          parts.set(at, part.toString());
        }
      }
    }
    return Bytes.copyOf(String.join("", parts).getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isSame(Optional<Rim> rim) {
    return rim.isPresent() && rim.equals(verified(GOOD));
  }

  private static Optional<Rim> verified(Bytes xml) {
    try {
      return Optional.of(RimDocument.verified(xml, ANCHORS, NvidiaForge.NOW));
    } catch (Rejection refused) {
      return Optional.empty();
    }
  }

  private static Optional<Rim> read(Bytes xml) {
    try {
      return Optional.of(RimDocument.parse(xml).rim(Instant.MAX));
    } catch (Rejection refused) {
      return Optional.empty();
    }
  }

  /** The same, by the JDK's streaming parser and nothing of ours. */
  private static Rim streamed(Bytes xml) {
    try {
      XMLStreamReader in =
          XMLInputFactory.newDefaultFactory()
              .createXMLStreamReader(new ByteArrayInputStream(xml.toArray()), "UTF-8");
      String product = "";
      String version = "";
      SortedMap<Integer, List<Bytes>> active = new TreeMap<>();
      // Whatever stands in it, and nobody signed, is none of what the manifest says.
      boolean inSignature = false;
      while (in.hasNext()) {
        if (in.next() != XMLStreamReader.START_ELEMENT) {
          continue;
        }
        inSignature |= in.getLocalName().equals("Signature");
        if (inSignature) {
          continue;
        }
        if (in.getLocalName().equals("Meta")) {
          product = attribute(in, "product");
          version = attribute(in, "colloquialVersion");
        } else if (in.getLocalName().equals("Resource") && attribute(in, "active").equals("True")) {
          active.put(Integer.valueOf(attribute(in, "index")), hashes(in));
        }
      }
      return new Rim(product, version, active, Instant.MAX);
    } catch (XMLStreamException broken) {
      throw new IllegalStateException("taken, and not even XML", broken);
    }
  }

  private static List<Bytes> hashes(XMLStreamReader in) {
    List<Bytes> hashes = new ArrayList<>();
    int alternatives = Integer.parseInt(attribute(in, "alternatives"));
    for (int i = 0; i < alternatives; i++) {
      hashes.add(Bytes.ofHex(attribute(in, "http://www.w3.org/2001/04/xmlenc#sha384", "Hash" + i)));
    }
    return hashes;
  }

  private static String attribute(XMLStreamReader in, String name) {
    return attribute(in, "", name);
  }

  private static String attribute(XMLStreamReader in, String namespace, String name) {
    for (int at = 0; at < in.getAttributeCount(); at++) {
      String place = Objects.requireNonNullElse(in.getAttributeNamespace(at), "");
      if (place.equals(namespace) && in.getAttributeLocalName(at).equals(name)) {
        return in.getAttributeValue(at);
      }
    }
    return "";
  }
}
