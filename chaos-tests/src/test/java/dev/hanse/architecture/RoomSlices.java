package dev.hanse.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;

/** One slice for each named room below a prefix; every other class is left out. */
final class RoomSlices implements SliceAssignment {
  private final String prefix;
  private final List<String> rooms;

  RoomSlices(String prefix, String... rooms) {
    this.prefix = prefix;
    this.rooms = List.of(rooms);
  }

  @Override
  public SliceIdentifier getIdentifierOf(JavaClass type) {
    for (String room : rooms) {
      String root = prefix + room;
      if (type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".")) {
        return SliceIdentifier.of(room);
      }
    }
    return SliceIdentifier.ignore();
  }

  @Override
  public String getDescription() {
    return "rooms " + rooms + " of " + prefix;
  }
}
