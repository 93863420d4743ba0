package dev.hanse.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;

/** What no class of the house does. */
@AnalyzeClasses(packages = "dev.hanse", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
  private static final DescribedPredicate<JavaClass> WRITTEN_BY_HAND =
      new DescribedPredicate<>("written by hand") {
        @Override
        public boolean test(JavaClass type) {
          return !type.getPackageName().matches("dev\\.hanse\\.api\\.\\w+\\.v1");
        }
      };

  private static final DescribedPredicate<JavaMethodCall> AWAITS_A_FUTURE =
      new DescribedPredicate<>("await a future") {
        @Override
        public boolean test(JavaMethodCall call) {
          return call.getTarget().getName().equals("await")
              && call.getTargetOwner().isAssignableTo(Future.class);
        }
      };

  @ArchTest
  static final ArchRule theCoreReadsNoClockAndRollsNoDice =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.hanse.hash..",
              "dev.hanse.attestation..",
              "dev.hanse.api",
              "dev.hanse.control.membership..",
              "dev.hanse.node.admission..",
              "dev.hanse.node.routing..",
              "dev.hanse.provider.resilience..")
          // The one room of that library which does I/O: its waits for a device have deadlines.
          .and()
          .resideOutsideOfPackage("dev.hanse.attestation.tpm.device..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .orShould()
          .callMethod(Math.class, "random")
          .because("a run must replay from its seed");

  @ArchTest
  static final ArchRule futuresAreNotAwaitedOutsideWorkflows =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.hanse..workflow..", "dev.hanse.cli..")
          .should()
          .callMethodWhere(AWAITS_A_FUTURE)
          .because("an event loop that waits stops every request it carries");

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", Duration.class);

  @ArchTest
  static final ArchRule onlyTheCommandPrints =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.hanse.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule noStaticFieldChanges =
      fields()
          .that()
          .areDeclaredInClassesThat(WRITTEN_BY_HAND)
          .and()
          .areStatic()
          .should()
          .beFinal()
          .because("what is shared is handed over, never left lying about");

  @ArchTest
  static final ArchRule noMonitorIsHeldWhileAFutureIsPending =
      methods()
          .that()
          .haveRawReturnType(Future.class)
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED)
          .because("a monitor is for a few instructions: whoever waits for it stops its loop");

  @ArchTest
  static final ArchRule nothingIsCalledAfterItsShelf =
      noClasses()
          .that(WRITTEN_BY_HAND)
          .should()
          .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)")
          .because("such a name says where code was put, not what it is");

  @ArchTest
  static final ArchRule noRoomIsNamedAfterALayer =
      noClasses()
          .should()
          .resideInAnyPackage("..dto..", "..service..", "..util..", "..impl..", "..common..");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes()
          .that(WRITTEN_BY_HAND)
          .should(
              new ArchCondition<JavaClass>("reside in a @NullMarked package") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                  events.add(
                      new SimpleConditionEvent(
                          type, marked, type.getPackageName() + " is not @NullMarked"));
                }
              });
}
