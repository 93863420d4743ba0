package dev.hanse.cli.mesh;

import dev.hanse.api.tls.KeyFiles;
import dev.hanse.control.identity.Passphrase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What opens and seals the authorities' keys: a file, or a variable. */
final class PassphraseOption {
  private static final String VARIABLE = "HANSE_CONTROL_AUTHORITY_PASSPHRASE";

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "Holds the passphrase keys are encrypted with; readable by its owner only. Or set "
              + VARIABLE
              + ". Without either, keys are not encrypted.")
  private @Nullable Path file;

  Optional<Passphrase> read() throws IOException {
    if (file != null) {
      return Optional.of(new Passphrase(KeyFiles.readSecret(file).strip()));
    }
    return Optional.ofNullable(System.getenv(VARIABLE)).map(Passphrase::new);
  }
}
