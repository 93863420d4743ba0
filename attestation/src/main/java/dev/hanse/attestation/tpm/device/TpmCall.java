package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing to ask of a TPM: how it is written, and how its answer is read (TPM 2.0 Library, part
 * 3). No control flow and no I/O: {@link TpmDevice} has those.
 *
 * @param handled whether a handle stands before the answer's parameters
 * @param body reads those, exactly
 */
record TpmCall<T>(TpmCommand command, boolean handled, TpmResponse.Body<T> body) {
  /** As many handles as one answer may name; the most that fit into one are some hundreds. */
  static final int HANDLE_LIMIT = 64;

  /** The owner's hierarchy, whose password is empty. */
  static final int OWNER = 0x40000001;

  private static final int ENDORSEMENT = 0x4000000B;
  private static final int NULL_HANDLE = 0x40000007;
  private static final int ALG_NULL = 0x0010;
  private static final int ATTEST_LIMIT_BYTES = 2048;

  /** Reads a whole response. */
  T read(byte[] response) throws TpmException {
    return TpmResponse.read(response, command, handled, body);
  }

  private static <T> TpmCall<T> plain(TpmCommand command, TpmResponse.Body<T> body) {
    return new TpmCall<>(command, false, body);
  }

  /** TPM_SU_CLEAR: nothing of before is kept. */
  static TpmCall<Integer> startUp() {
    return plain(new TpmCommand(TpmCommand.Code.STARTUP).u16(0), (handle, in) -> handle);
  }

  static TpmCall<Bytes> random(int bytes) {
    return plain(
        new TpmCommand(TpmCommand.Code.GET_RANDOM).u16(bytes),
        (handle, in) -> TpmResponse.sized(in, "random bytes"));
  }

  static TpmCall<TpmDevice.LoadedKey> createPrimary(KeyTemplate template) {
    TpmCommand command =
        new TpmCommand(TpmCommand.Code.CREATE_PRIMARY)
            .passwordHandle(ENDORSEMENT)
            .sized(Bytes.copyOf(new byte[4]))
            .sized(template.publicArea())
            .u16(0)
            .u32(0);
    return new TpmCall<>(
        command,
        true,
        (handle, in) -> {
          Bytes publicArea = TpmResponse.sized(in, "public area");
          in.skip(in.u16Be("creation size"), "creation");
          in.skip(in.u16Be("creation hash size"), "creation hash");
          in.skip(2 + 4, "ticket");
          in.skip(in.u16Be("ticket digest size"), "ticket digest");
          in.skip(in.u16Be("name size"), "name");
          return new TpmDevice.LoadedKey(handle, publicArea);
        });
  }

  static TpmCall<Integer> flush(int handle) {
    return plain(
        new TpmCommand(TpmCommand.Code.FLUSH_CONTEXT).u32(handle), (ignored, in) -> handle);
  }

  /** What some of these registers hold: a TPM gives at most eight at a time. */
  static TpmCall<SortedMap<Pcr, Bytes>> readPcrs(PcrSelection selection) {
    return plain(
        select(new TpmCommand(TpmCommand.Code.PCR_READ), selection),
        (handle, in) -> {
          in.skip(4, "update counter");
          List<Pcr> which =
              PcrSelection.readAll(in).stream().flatMap(one -> one.pcrs().stream()).toList();
          long count = in.u32Be("digest count");
          Rejection.unless(
              count == which.size(),
              Stage.PARSE,
              Reason.LENGTH,
              count + " values of " + which.size() + " registers");
          SortedMap<Pcr, Bytes> values = new TreeMap<>();
          for (Pcr pcr : which) {
            values.put(pcr, TpmResponse.sized(in, "PCR value"));
          }
          values.keySet().retainAll(selection.pcrs());
          return values;
        });
  }

  static TpmCall<Integer> extendPcr(Pcr pcr, Bytes digest) {
    return plain(
        new TpmCommand(TpmCommand.Code.PCR_EXTEND)
            .passwordHandle(pcr.index())
            .u32(1)
            .u16(pcr.bank().code())
            .raw(digest.toArray()),
        (handle, in) -> handle);
  }

  static TpmCall<TpmDevice.SignedQuote> quote(
      int key, Bytes qualifyingData, PcrSelection selection) {
    return plain(
        select(
            new TpmCommand(TpmCommand.Code.QUOTE)
                .passwordHandle(key)
                .sized(qualifyingData)
                .u16(ALG_NULL),
            selection),
        (handle, in) -> {
          int size = in.u16Be("quote size");
          Rejection.unless(
              size <= ATTEST_LIMIT_BYTES,
              Stage.PARSE,
              Reason.LENGTH,
              "a quote of " + size + " bytes");
          return new TpmDevice.SignedQuote(
              in.bytes(size, "quote"), in.bytes(in.remaining(), "signature"));
        });
  }

  /** Unsalted and unbound: the session only carries a policy's digest. Answers its handle. */
  static TpmCall<Integer> startPolicySession() {
    return new TpmCall<>(
        new TpmCommand(TpmCommand.Code.START_AUTH_SESSION)
            .handle(NULL_HANDLE)
            .handle(NULL_HANDLE)
            .sized(Bytes.copyOf(new byte[16]))
            .u16(0)
            .u8(1)
            .u16(ALG_NULL)
            .u16(TpmHash.SHA256.code()),
        true,
        (handle, in) -> {
          in.skip(in.u16Be("nonce size"), "nonce");
          return handle;
        });
  }

  /** Grants a session what the endorsement keys' policy asks for. */
  static TpmCall<Integer> policySecret(int session) {
    return plain(
        new TpmCommand(TpmCommand.Code.POLICY_SECRET)
            .passwordHandle(ENDORSEMENT)
            .handle(session)
            .u16(0)
            .u16(0)
            .u16(0)
            .u32(0),
        (handle, in) -> {
          in.skip(in.u16Be("timeout size"), "timeout");
          in.skip(2 + 4, "ticket");
          in.skip(in.u16Be("ticket digest size"), "ticket digest");
          return session;
        });
  }

  static TpmCall<Bytes> activateCredential(
      int ak, int ek, int session, Bytes credentialBlob, Bytes encryptedSecret) {
    return plain(
        new TpmCommand(TpmCommand.Code.ACTIVATE_CREDENTIAL)
            .passwordHandle(ak)
            .policyHandle(ek, session)
            .sized(credentialBlob)
            .sized(encryptedSecret),
        (handle, in) -> TpmResponse.sized(in, "secret"));
  }

  /** How many bytes an index holds. */
  static TpmCall<Integer> nvSize(int index) {
    return plain(
        new TpmCommand(TpmCommand.Code.NV_READ_PUBLIC).handle(index),
        (handle, in) -> {
          ByteReader area = in.slice(in.u16Be("NV public size"), "NV public");
          area.skip(4 + 2 + 4, "NV index, hash and attributes");
          area.skip(area.u16Be("NV policy size"), "NV policy");
          int size = area.u16Be("NV size");
          area.end("NV public");
          in.skip(in.u16Be("name size"), "name");
          return size;
        });
  }

  /** Some bytes of an index; exactly as many as asked for. */
  static TpmCall<Bytes> nvRead(int authority, int index, int offset, int size) {
    return plain(
        new TpmCommand(TpmCommand.Code.NV_READ)
            .passwordHandle(authority)
            .handle(index)
            .u16(size)
            .u16(offset),
        (handle, in) -> {
          Bytes content = TpmResponse.sized(in, "NV content");
          Rejection.unless(
              content.size() == size,
              Stage.PARSE,
              Reason.LENGTH,
              "asked for " + size + " NV bytes, got " + content.size());
          return content;
        });
  }

  /** TPM_CAP_HANDLES: which are in use, from one on, of its kind. */
  static TpmCall<List<Integer>> handles(int first) {
    return plain(
        new TpmCommand(TpmCommand.Code.GET_CAPABILITY).u32(1).u32(first).u32(HANDLE_LIMIT),
        (handle, in) -> {
          in.skip(1 + 4, "more data and capability");
          long count = in.u32Be("handle count");
          Rejection.unless(count <= HANDLE_LIMIT, Stage.PARSE, Reason.LENGTH, count + " handles");
          List<Integer> handles = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            handles.add((int) in.u32Be("handle"));
          }
          return handles;
        });
  }

  private static TpmCommand select(TpmCommand command, PcrSelection selection) {
    byte[] bitmap = new byte[(Pcr.LAST + 1) / Byte.SIZE];
    selection
        .indexes()
        .forEach(index -> bitmap[index / Byte.SIZE] |= (byte) (1 << index % Byte.SIZE));
    return command.u32(1).u16(selection.bank().code()).u8(bitmap.length).raw(bitmap);
  }
}
