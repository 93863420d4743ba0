package dev.hanse.api.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A field that somebody adds to a proto and nobody maps stays at its default: here it is noticed,
 * by descriptor, down to the innermost message.
 */
class WireCompletenessTest {
  @Test
  void aSnapshotSetsEveryField() {
    assertThat(unset(ViewWire.toProto(FullRecord.SNAPSHOT))).isEmpty();
  }

  @Test
  void aDeltaSetsEveryField() {
    assertThat(unset(ViewWire.toProto(FullRecord.DELTA))).isEmpty();
  }

  @Test
  void aBidSetsEveryField() {
    assertThat(unset(BidWire.toProto(FullRecord.BID))).isEmpty();
  }

  @Test
  void outcomesSetEveryField() {
    assertThat(unset(BidWire.toProto(FullRecord.OUTCOMES))).isEmpty();
  }

  @Test
  void anUnmappedFieldWouldBeNamed() {
    var snapshot = ViewWire.toProto(FullRecord.SNAPSHOT).toBuilder();
    snapshot.getMembersBuilder(0).getMemberBuilder().clearEngine();

    assertThat(unset(snapshot.build())).containsExactly("members.member.engine");
  }

  private static List<String> unset(Message message) {
    List<String> unset = new ArrayList<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        if (message.getRepeatedFieldCount(field) == 0) {
          unset.add(field.getName());
        } else {
          unset.addAll(unsetWithin(field, message.getRepeatedField(field, 0)));
        }
      } else if (!message.hasField(field)) {
        unset.add(field.getName());
      } else {
        unset.addAll(unsetWithin(field, message.getField(field)));
      }
    }
    return unset;
  }

  private static List<String> unsetWithin(FieldDescriptor field, Object value) {
    return value instanceof Message message
        ? unset(message).stream().map(inner -> field.getName() + "." + inner).toList()
        : List.of();
  }
}
