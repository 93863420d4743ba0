package dev.hanse.cli.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.vectors.Grade;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.VectorSet;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.cli.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs sets of vectors, each by its technology's judge. */
final class ManifestRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Judge> judges;

  ManifestRun(List<Judge> judges) {
    this.judges = judges.stream().collect(Collectors.toMap(Judge::technology, Function.identity()));
  }

  /**
   * Judges every vector of a set, in its order.
   *
   * @throws IOException if the manifest or a file of it cannot be read
   */
  List<Grade> grades(Path manifest) throws IOException {
    List<Grade> grades = new ArrayList<>();
    for (VectorSet.Case one : VectorSet.read(manifest).cases()) {
      grades.add(Grade.of(one.vector(), verdict(one)));
    }
    return grades;
  }

  private Verdict verdict(VectorSet.Case one) {
    Judge judge = judges.get(one.technology());
    if (judge == null) {
      return rejected(Reason.TYPE, "no verifier for technology \"" + one.technology() + "\"");
    }
    try {
      return judge.judge(one.vector(), one.genuine());
    } catch (RuntimeException lacking) {
      // A set is somebody's file: an entry that lacks what its technology needs costs its own row
      // and not the run. What is evidence never comes here: verifiers answer by value.
      return rejected(Reason.STRUCTURE, "the entry cannot be judged: " + lacking.getMessage());
    }
  }

  private static Verdict rejected(Reason reason, String detail) {
    return new Verdict.Rejected(new Refusal.Rejected(Stage.PARSE, reason, detail));
  }

  /** One row a vector, differences told apart; a line of sums last. */
  static void print(List<Grade> grades, PrintWriter out) {
    Table table = new Table("ID", "EXPECTED", "GOT", "STAGE", "REASON", "DIFFERENCE");
    for (Grade grade : grades) {
      table.row(
          grade.vector().id(),
          grade.vector().expect(),
          grade.got(),
          grade.stage(),
          grade.reason(),
          grade.asExpected()
              ? ""
              : "expected "
                  + grade.vector().stage()
                  + " "
                  + grade.vector().reason()
                  + "; "
                  + grade.detail());
    }
    table.print(out);
    out.printf(
        "%n%d vectors, %d as expected, %d different%n",
        grades.size(), grades.size() - differences(grades), differences(grades));
    out.flush();
  }

  /** As {@link #print}, as one JSON object. */
  static void printJson(List<Grade> grades, PrintWriter out) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("vectors", grades.size()).put("different", differences(grades));
    var rows = root.putArray("rows");
    for (Grade grade : grades) {
      ObjectNode row = rows.addObject();
      row.put("id", grade.vector().id()).put("expected", grade.vector().expect());
      row.put("expectedStage", grade.vector().stage());
      row.put("expectedReason", grade.vector().reason());
      row.put("got", grade.got()).put("stage", grade.stage()).put("reason", grade.reason());
      row.put("detail", grade.detail()).put("asExpected", grade.asExpected());
    }
    out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    out.flush();
  }

  static long differences(List<Grade> grades) {
    return grades.stream().filter(grade -> !grade.asExpected()).count();
  }
}
