package dev.hanse.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may know which: DESIGN's arrows, from the root inwards to the core. */
@AnalyzeClasses(packages = "dev.hanse", importOptions = ImportOption.DoNotIncludeTests.class)
class LayeringTest {
  private static final String[] CORE = {
    "dev.hanse.hash..",
    "dev.hanse.attestation",
    "dev.hanse.attestation.challenge..",
    "dev.hanse.attestation.policy..",
    "dev.hanse.api",
    "dev.hanse.control.market..",
    "dev.hanse.control.membership..",
    "dev.hanse.node.admission..",
    "dev.hanse.node.routing..",
  };

  @ArchTest
  static final ArchRule nodeRoomsHaveNoCycles =
      slices()
          .matching("dev.hanse.node.(*)..")
          .should()
          .beFreeOfCycles()
          .because("a room one can only understand together with another is not a room");

  @ArchTest
  static final ArchRule controlRoomsHaveNoCycles =
      slices().matching("dev.hanse.control.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule providerRoomsHaveNoCycles =
      slices().matching("dev.hanse.provider.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule attestationRoomsHaveNoCycles =
      slices().matching("dev.hanse.attestation.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commandRoomsHaveNoCycles =
      slices().matching("dev.hanse.cli.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theCoreImportsNoFramework =
      classes()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "com.dynatrace.hash4j..",
              "dev.hanse.hash..",
              "dev.hanse.api",
              "dev.hanse.api.config",
              "dev.hanse.attestation..",
              "dev.hanse.control.market..",
              "dev.hanse.control.membership..",
              "dev.hanse.node.admission..",
              "dev.hanse.node.routing..")
          .because("decisions must be testable without a socket, a server or a loop");

  @ArchTest
  static final ArchRule theLibrariesKnowNothingOfEachOther =
      slices()
          .assignedFrom(new LibrarySlices())
          .should()
          .notDependOnEachOther()
          .because("each of the four can be used without the others");

  @ArchTest
  static final ArchRule onlyTheCommandKnowsTheControlPlane =
      noClasses()
          .that()
          .resideInAPackage("dev.hanse.node..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.hanse.control..")
          .because("a node must run where the control plane is not even installed");

  @ArchTest
  static final ArchRule theControlPlaneKnowsNoEngineAndNoNode =
      noClasses()
          .that()
          .resideInAPackage("dev.hanse.control..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.hanse.node..", "dev.hanse.provider..", "dev.hanse.cli..");

  @ArchTest
  static final ArchRule nothingKnowsTheCommand =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.hanse.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.hanse.cli..");

  @ArchTest
  static final ArchRule theNodesCompositionRootIsALeaf =
      noClasses()
          .that()
          .resideInAPackage("dev.hanse.node.*..")
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<JavaClass>("build the node's graph") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getPackageName().equals("dev.hanse.node")
                      && type.getSimpleName().endsWith("Graph");
                }
              });

  @ArchTest
  static final ArchRule adaptersOfTheNodeIgnoreEachOther =
      slices()
          .assignedFrom(
              new RoomSlices(
                  "dev.hanse.node.", "edge", "dispatch", "forward", "control", "identity"))
          .should()
          .notDependOnEachOther()
          .because("adapters meet in the composition root");

  @ArchTest
  static final ArchRule onlyTelemetryKnowsOpenTelemetry =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.hanse.node.telemetry..", "dev.hanse.control.telemetry..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..")
          .because("telemetry wraps ports; turned off it costs nothing");

  @ArchTest
  static final ArchRule generatedTypesStopAtTheAdapters =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.hanse.api..",
              "dev.hanse.control.rpc..",
              "dev.hanse.control.federation..",
              "dev.hanse.node.control..",
              "dev.hanse.node.forward..",
              "dev.hanse.node.identity..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.hanse.api.*.v1..");
}
