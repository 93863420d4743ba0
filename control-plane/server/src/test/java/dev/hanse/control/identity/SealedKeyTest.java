package dev.hanse.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys at rest. */
class SealedKeyTest {
  private static final Optional<Passphrase> RIGHT = Optional.of(new Passphrase("right-horse"));

  @TempDir Path folder;
  private final SecureRandom random = new SecureRandom();
  private final PrivateKey key = Signing.newKey(random).getPrivate();

  @Test
  void theRightPassphraseOpensIt() throws Exception {
    Path file = sealed();

    assertThat(SealedKey.read(file, RIGHT)).isEqualTo(key);
    assertThat(Files.readString(file)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aWrongPassphraseAndNoneAreRefusedByNameOfTheFile() throws Exception {
    Path file = sealed();

    assertThatThrownBy(() -> SealedKey.read(file, Optional.of(new Passphrase("wrong-horse"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("passphrase does not open")
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> SealedKey.read(file, Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is encrypted")
        .hasMessageContaining("--passphrase-file");
  }

  @Test
  void aChangedFileIsNotOpened() throws Exception {
    Path file = sealed();
    String text = Files.readString(file);
    int at = text.indexOf("-----END") - 40;
    char other = text.charAt(at) == 'A' ? 'B' : 'A';
    Files.writeString(file, text.substring(0, at) + other + text.substring(at + 1));

    assertThatThrownBy(() -> SealedKey.read(file, RIGHT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed");
  }

  @Test
  void aPlainKeyIsStillRead() throws Exception {
    Path file = folder.resolve("plain.key");
    SealedKey.write(file, key, Optional.empty(), random);

    assertThat(SealedKey.read(file, Optional.empty())).isEqualTo(key);
    assertThat(SealedKey.read(file, RIGHT)).isEqualTo(key);
  }

  @Test
  void twoSealsOfOneKeyShareNothing() throws Exception {
    Path one = sealed();
    Path other = folder.resolve("other.key");
    SealedKey.write(other, key, RIGHT, random);

    assertThat(Files.readString(other)).isNotEqualTo(Files.readString(one));
  }

  @Test
  void replacesNoKey() throws Exception {
    Path file = sealed();

    assertThatThrownBy(() -> SealedKey.write(file, key, RIGHT, random))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aPassphraseIsNotPrintedAndNotShort() {
    assertThat(RIGHT.toString()).doesNotContain("horse");
    assertThatIllegalArgumentException().isThrownBy(() -> new Passphrase("seven77"));
  }

  private Path sealed() throws IOException {
    Path file = folder.resolve("region.key");
    SealedKey.write(file, key, RIGHT, random);
    return file;
  }
}
