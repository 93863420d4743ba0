package dev.hanse.control.appraisal;

import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.attestation.nitro.NitroRules;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Nitro documents must state. */
@Doc("AWS Nitro Enclaves.")
record NitroPolicy(
    @Doc("What registers may hold: index to digests in hexadecimal; 0 is the image.")
        Map<Integer, List<String>> pcrs,
    @Doc("Whether debug mode is taken: such an enclave's owner reads its memory.") @Default("false")
        boolean allowDebug,
    @Doc("EC2 instances of which nothing is believed.") List<String> distrustedInstances) {
  NitroPolicy {
    rules(pcrs, allowDebug, distrustedInstances);
  }

  NitroRules rules() {
    return rules(pcrs, allowDebug, distrustedInstances);
  }

  private static NitroRules rules(
      Map<Integer, List<String>> pcrs, boolean allowDebug, List<String> distrustedInstances) {
    return new NitroRules(
        allowDebug, Digests.byIndex("pcrs", pcrs), Set.copyOf(distrustedInstances));
  }
}
