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

type Question = readonly [clientCommand: number, read: (bytes: Uint8Array) => Partial<ModemHardware>];

const HARDWARE_ID: Question = [CLIENT_COMMAND.hardwareId, readHardwareId];
const KEY_AND_SERIAL: readonly Question[] = [
  [CLIENT_COMMAND.oemKeyHash, readKeyHash],
  [CLIENT_COMMAND.serialNumber, readSerial],
];

/**
 * `sahara-stale-session`: only a restart brought the modem out of it; open it again, and do not ask again. Sahara 3 says
 * its chip in another way; where that is refused it is asked as its elders are, in a session of its own, because a
 * refusal may have ended the first.
 */
export async function askHardware(
  pipe: Pipe,
  hello: Hello,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Introduction, SaharaFailure>> {
  const session = { pipe: withDeadline(pipe, COMMAND_MODE_MAX_MS), timings, signal };
  if (hello.version < 3) return ask(session, hello, [HARDWARE_ID, ...KEY_AND_SERIAL], UNKNOWN_HARDWARE);
  const newer: readonly Question[] = [...KEY_AND_SERIAL, [CLIENT_COMMAND.chipIdV3, readChipIdV3]];
  const introduced = await ask(session, hello, newer, UNKNOWN_HARDWARE);
  if (!introduced.ok) return introduced;
  const { hardware, opening } = introduced.value;
  const hasAnswered = hardware.oemKeyHash !== null || hardware.serial !== null;
  if (hardware.msmId !== null || !hasAnswered || opening.kind !== 'hello') return introduced;
  return ask(session, opening, [HARDWARE_ID], hardware);
}

/** Into command mode, the questions, and out of it again. */
async function ask(
  session: Session,
  hello: Hello,
  questions: readonly Question[],
  known: ModemHardware,
): Promise<Result<Introduction, SaharaFailure>> {
  const { pipe, timings, signal } = session;
  const asked = await send(session, helloResponse(hello, SAHARA_MODE.command));
  if (!asked.ok) return asked;
  const answer = await readPacket(pipe, timings, signal);
  // It has not listened, and begins to ask for its programmer.
  if (answer.ok && answer.value.kind === 'read') return ok({ hardware: known, opening: answer.value });
  if (!answer.ok && !isSilence(answer.failure.reason)) return answer;
  if (!answer.ok || answer.value.kind !== 'command-ready') return beginAnew(session, known);

  const hardware = await askAll(session, questions, known);
  if (!hardware.ok) return hardware;
  const switched = await send(session, switchModePacket(SAHARA_MODE.imageTransfer));
  if (!switched.ok) return switched;
  const back = await readPacket(pipe, timings, signal);
  if (back.ok && back.value.kind === 'hello') return ok({ hardware: hardware.value, opening: back.value });
  if (!back.ok && !isSilence(back.failure.reason)) return back;
  return beginAnew(session, hardware.value);
}

/** What is refused is not known. Silence ends the questions: whoever does not answer one will not answer the next. */
async function askAll(
  session: Session,
  questions: readonly Question[],
  known: ModemHardware,
): Promise<Result<ModemHardware, SaharaFailure>> {
  let hardware = known;
  for (const [clientCommand, read] of questions) {
    const answer = await execute(session, clientCommand);
    if (!answer.ok) return answer;
    if (answer.value === 'silent') break;
    if (answer.value !== 'refused') hardware = { ...hardware, ...read(answer.value) };
  }
  return ok(hardware);
}

async function execute(
  session: Session,
  clientCommand: number,
): Promise<Result<Uint8Array | 'refused' | 'silent', SaharaFailure>> {
  const { pipe, timings, signal } = session;
  const asked = await send(session, executePacket(clientCommand));
  if (!asked.ok) return asked;
  const announced = await readPacket(pipe, timings, signal);
  if (!announced.ok) return isSilence(announced.failure.reason) ? ok('silent') : announced;
  const { value } = announced;
  if (value.kind === 'end') return ok('refused');
  if (value.kind !== 'execute-response' || value.clientCommand !== clientCommand) return ok('silent');
  if (value.dataBytes === 0) return ok('refused');
  if (value.dataBytes > EXECUTE_DATA_MAX_BYTES) return ok('silent');
  const wanted = await send(session, executeDataPacket(clientCommand));
  if (!wanted.ok) return wanted;
  const pieces: Uint8Array[] = [];
  for (let left = value.dataBytes; left > 0; ) {
    const piece = await readSomething(pipe, left, timings.replyMs, signal);
    if (!piece.ok) return isSilence(piece.failure.reason) ? ok('silent') : piece;
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
  if (!reset.ok) return reset;
  // Who has named a chip or a key is asked again, so that no contradiction is lost.
  const isRefused = hardware.msmId === null && hardware.oemKeyHash === null;
  return err({
    reason: 'sahara-stale-session',
    ...(isRefused ? { after: 'command-mode-refused' as const } : {}),
  });
}

function send({ pipe, timings, signal }: Session, packet: Uint8Array): Promise<Result<void, SaharaFailure>> {
  return pipe.transferOut(packet, { timeoutMs: timings.writeMs, signal });
}

function isSilence(reason: SaharaFailure['reason']): boolean {
  return reason === 'transfer-timed-out' || reason === 'sahara-packet-unknown';
}
