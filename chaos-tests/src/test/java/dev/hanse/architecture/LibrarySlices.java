package dev.hanse.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** One slice for each of the four modules that stand alone. */
final class LibrarySlices implements SliceAssignment {
  @Override
  public SliceIdentifier getIdentifierOf(JavaClass type) {
    for (String library : new String[] {"hash", "attestation", "provider", "api"}) {
      String root = "dev.hanse." + library;
      if (type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".")) {
        return SliceIdentifier.of(library);
      }
    }
    return SliceIdentifier.ignore();
  }

  @Override
  public String getDescription() {
    return "the stand-alone libraries";
  }
}
