package dev.hanse.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RollbackFloorsTest {
  private static final CollateralStore.Id MILAN = new CollateralStore.Id("sev-snp/crl", "Milan");
  private static final CollateralStore.Id GENOA = new CollateralStore.Id("sev-snp/crl", "Genoa");

  private final List<String> complaints = new ArrayList<>();
  private final RollbackFloors floors = new RollbackFloors(complaints::add);

  @Test
  void takesTheSameNumberAgainAndAnyHigherOne() throws Rejection {
    floors.admit(MILAN, number(7));
    floors.admit(MILAN, number(7));
    floors.admit(MILAN, number(9));

    assertThat(floors.all()).isEqualTo(Map.of(MILAN, BigInteger.valueOf(9)));
    assertThat(complaints).isEmpty();
  }

  @Test
  void refusesALowerNumberAndSaysWhy() throws Rejection {
    floors.admit(MILAN, number(7));

    refused(Map.of(MILAN, number(6)), "sev-snp/crl Milan is number 6, number 7 was seen before");
    assertThat(floors.all()).containsEntry(MILAN, BigInteger.valueOf(7));
  }

  @Test
  void refusesWhatHasNoNumberOnlyWhereOneWasSeen() throws Rejection {
    floors.admit(MILAN, Optional.empty());
    assertThat(floors.all()).isEmpty();
    floors.admit(MILAN, number(0));

    refused(
        Map.of(MILAN, Optional.empty()),
        "sev-snp/crl Milan has no number, number 0 was seen before");
  }

  @Test
  void followsEachSeriesByItself() throws Rejection {
    floors.admit(MILAN, number(7));
    floors.admit(GENOA, number(2));
    floors.admit(new CollateralStore.Id("tpm2/crl", "Milan"), number(1));

    assertThat(floors.all()).hasSize(3);
  }

  @Test
  void takesAllOfWhatBelongsTogetherOrNothing() throws Rejection {
    floors.admit(MILAN, number(7));

    refused(Map.of(GENOA, number(5), MILAN, number(6)), "Milan is number 6");
    assertThat(floors.all()).isEqualTo(Map.of(MILAN, BigInteger.valueOf(7)));
    floors.admit(Map.of(GENOA, number(5), MILAN, number(8)));
    assertThat(floors.all())
        .isEqualTo(Map.of(GENOA, BigInteger.valueOf(5), MILAN, BigInteger.valueOf(8)));
  }

  @Test
  void complainsOnceAsLongAsNothingChanges() throws Rejection {
    floors.admit(MILAN, number(7));
    refused(Map.of(MILAN, number(6)), "number 6");
    refused(Map.of(MILAN, number(6)), "number 6");
    assertThat(complaints)
        .containsExactly("sev-snp/crl Milan is number 6, number 7 was seen before");

    refused(Map.of(MILAN, number(5)), "number 5");
    assertThat(complaints).hasSize(2);
    floors.admit(MILAN, number(7));
    refused(Map.of(MILAN, number(5)), "number 5");
    assertThat(complaints).as("after it was in order for a while").hasSize(3);
  }

  @Test
  void remembersWhatAnEarlierProcessSawAndNeverSinks() throws Rejection {
    floors.admit(MILAN, number(7));

    floors.remember(Map.of(MILAN, BigInteger.valueOf(5), GENOA, BigInteger.valueOf(3)));

    refused(Map.of(MILAN, number(6)), "number 7");
    refused(Map.of(GENOA, number(2)), "number 3");
  }

  @Test
  void tellsWhenThereIsSomethingToKeep() throws Rejection {
    long before = floors.revision();
    floors.admit(MILAN, number(7));
    long raised = floors.revision();
    floors.admit(MILAN, number(7));
    refused(Map.of(MILAN, number(6)), "number 6");

    assertThat(raised).isGreaterThan(before);
    assertThat(floors.revision()).isEqualTo(raised);
  }

  @Test
  void refusesOneSeriesMoreThanItFollows() throws Rejection {
    Map<CollateralStore.Id, BigInteger> many = new HashMap<>();
    for (int i = 0; i < RollbackFloors.LIMIT - 1; i++) {
      many.put(new CollateralStore.Id("tpm2/crl", "" + i), BigInteger.ONE);
    }
    floors.remember(many);
    floors.admit(MILAN, number(1));

    refused(Map.of(GENOA, number(1)), "sev-snp/crl Genoa is one more than the 4096 series");
    floors.admit(GENOA, Optional.empty());
    floors.admit(MILAN, number(2));
    assertThat(floors.all()).hasSize(RollbackFloors.LIMIT).doesNotContainKey(GENOA);
  }

  @Test
  void endsAtTheHighestWhoeverComesFirst() throws InterruptedException {
    int count = 4;
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                  for (int n = first; n <= 1000 + first; n++) {
                    admitOrNot(n);
                  }
                } catch (InterruptedException stopped) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(floors.all()).isEqualTo(Map.of(MILAN, BigInteger.valueOf(1000 + count - 1)));
  }

  private void admitOrNot(int number) {
    try {
      new RollbackFloors().admit(MILAN, number(number));
      floors.admit(MILAN, number(number));
    } catch (Rejection overtaken) {
      assertThat(overtaken.refusal().reason()).isEqualTo(Reason.ROLLBACK);
    }
  }

  private void refused(Map<CollateralStore.Id, Optional<BigInteger>> numbers, String why) {
    Rejection rejection = catchThrowableOfType(Rejection.class, () -> floors.admit(numbers));
    assertThat(rejection).isNotNull();
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.COLLATERAL);
    assertThat(rejection.refusal().reason()).isEqualTo(Reason.ROLLBACK);
    assertThat(rejection.refusal().detail()).contains(why);
  }

  private static Optional<BigInteger> number(long number) {
    return Optional.of(BigInteger.valueOf(number));
  }
}
