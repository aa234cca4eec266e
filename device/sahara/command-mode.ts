/**
 * Asks a modem that said HELLO who it is, before any programmer is sent: command mode, a few questions, and back to
 * a HELLO (edl 1b). Not every modem offers it, and one that does not says so in one of several ways; none of them
 * may cost the session.
 */
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { type ModemHardware, UNKNOWN_HARDWARE } from './hardware.ts';
import { readChipIdV3, readHardwareId, readKeyHash, readSerial } from './hardware-bytes.ts';
import { COMMAND_MODE_MAX_MS, EXECUTE_DATA_MAX_BYTES, type SaharaTimings } from './limits.ts';
import {
  CLIENT_COMMAND,
  executeDataPacket,
  executePacket,
  type Hello,
  helloResponse,
  type ReadRequest,
  SAHARA_MODE,
  switchModePacket,
} from './packets.ts';
import { readPacket, readSomething } from './read-packet.ts';
import { resetModem, resetStateMachine } from './reset.ts';
import type { SaharaFailure } from './sahara-failure.ts';
import { withDeadline } from './with-deadline.ts';

export type Introduction = {
  readonly hardware: ModemHardware;
  /** What `loadProgrammer` goes on from. */
  readonly opening: Hello | ReadRequest;
};

type Session = {
  readonly pipe: Pipe;
  readonly timings: SaharaTimings;
  readonly signal: AbortSignal | undefined;
};

/** `sahara-stale-session`: only a restart brought the modem out of it; open it again. */
export async function askHardware(
  pipe: Pipe,
  hello: Hello,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Introduction, SaharaFailure>> {
  const session = { pipe: withDeadline(pipe, COMMAND_MODE_MAX_MS), timings, signal };
  const asked = await send(session, helloResponse(hello, SAHARA_MODE.command));
  if (!asked.ok) return asked;
  const answer = await readPacket(session.pipe, timings, signal);
  // It has not listened, and begins to ask for its programmer.
  if (answer.ok && answer.value.kind === 'read')
    return ok({ hardware: UNKNOWN_HARDWARE, opening: answer.value });
  if (!answer.ok && !isSilence(answer.failure.reason)) return answer;
  if (!answer.ok || answer.value.kind !== 'command-ready') return beginAnew(session, UNKNOWN_HARDWARE);

  const hardware = await askAll(session, hello);
  if (!hardware.ok) return hardware;
  const switched = await send(session, switchModePacket(SAHARA_MODE.imageTransfer));
  if (!switched.ok) return switched;
  const back = await readPacket(session.pipe, timings, signal);
  if (back.ok && back.value.kind === 'hello') return ok({ hardware: hardware.value, opening: back.value });
  if (!back.ok && !isSilence(back.failure.reason)) return back;
  return beginAnew(session, hardware.value);
}

/** A question that is refused ends the questions: what a refusal does to the mode is not said anywhere. */
async function askAll(session: Session, hello: Hello): Promise<Result<ModemHardware, SaharaFailure>> {
  const questions: readonly [number, (bytes: Uint8Array) => Partial<ModemHardware>][] = [
    hello.version >= 3
      ? [CLIENT_COMMAND.chipIdV3, readChipIdV3]
      : [CLIENT_COMMAND.hardwareId, readHardwareId],
    [CLIENT_COMMAND.oemKeyHash, readKeyHash],
    [CLIENT_COMMAND.serialNumber, readSerial],
  ];
  let hardware = UNKNOWN_HARDWARE;
  for (const [clientCommand, read] of questions) {
    const bytes = await execute(session, clientCommand);
    if (!bytes.ok) return bytes;
    if (bytes.value === null) break;
    hardware = { ...hardware, ...read(bytes.value) };
  }
  return ok(hardware);
}

/** null where it is refused, or not answered. */
async function execute(
  session: Session,
  clientCommand: number,
): Promise<Result<Uint8Array | null, SaharaFailure>> {
  const { pipe, timings, signal } = session;
  const asked = await send(session, executePacket(clientCommand));
  if (!asked.ok) return asked;
  const announced = await readPacket(pipe, timings, signal);
  if (!announced.ok) return isSilence(announced.failure.reason) ? ok(null) : announced;
  const { value } = announced;
  if (value.kind !== 'execute-response' || value.clientCommand !== clientCommand) return ok(null);
  if (value.dataBytes === 0 || value.dataBytes > EXECUTE_DATA_MAX_BYTES) return ok(null);
  const wanted = await send(session, executeDataPacket(clientCommand));
  if (!wanted.ok) return wanted;
  const pieces: Uint8Array[] = [];
  for (let left = value.dataBytes; left > 0; ) {
    const piece = await readSomething(pipe, left, timings.replyMs, signal);
    if (!piece.ok) return isSilence(piece.failure.reason) ? ok(null) : piece;
    pieces.push(piece.value);
    left -= piece.value.length;
  }
  return ok(concatBytes(pieces));
}

/** Without a restart where the modem knows how to. */
async function beginAnew(
  { pipe, timings, signal }: Session,
  hardware: ModemHardware,
): Promise<Result<Introduction, SaharaFailure>> {
  const hello = await resetStateMachine(pipe, timings, signal);
  if (!hello.ok) return hello;
  if (hello.value !== null) return ok({ hardware, opening: hello.value });
  const reset = await resetModem(pipe, timings, signal);
  return reset.ok ? err({ reason: 'sahara-stale-session' }) : reset;
}

function send({ pipe, timings, signal }: Session, packet: Uint8Array): Promise<Result<void, SaharaFailure>> {
  return pipe.transferOut(packet, { timeoutMs: timings.writeMs, signal });
}

function isSilence(reason: SaharaFailure['reason']): boolean {
  return reason === 'transfer-timed-out' || reason === 'sahara-packet-unknown';
}
