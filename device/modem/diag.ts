/** DIAG requests: the firmware's build id, and the switch to emergency download mode (edl 1a). */
import { concatBytes, equalBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import { decodeHdlc, encodeHdlc, splitHdlc } from './hdlc.ts';
import { DIAG_FRAME_MAX_BYTES, DIAG_FRAMES_MAX, DIAG_TIMEOUT_MS } from './limits.ts';

export type DiagFailure = TransferFailure | { readonly reason: 'diag-no-answer'; readonly request: string };

const EXTENDED_BUILD_ID = 0x7c;
const BUILD_ID_TEXT_OFFSET = 12;
/** DIAG_SUBSYS_CMD 0x4b, subsystem 0x65, command 1; its frame is 4B 65 01 00 54 0F 7E. */
const ENTER_EDL = Uint8Array.of(0x4b, 0x65, 0x01, 0x00);

/** `sw_revision` as DIAG reports it, e.g. `EC25EUGAR06A05M4G`: the version without its custom part. */
export async function readDiagVersion(
  pipe: Pipe,
  signal?: AbortSignal,
): Promise<Result<string, DiagFailure>> {
  const answer = await askDiag(
    pipe,
    'version',
    Uint8Array.of(EXTENDED_BUILD_ID),
    (frame) => frame[0] === EXTENDED_BUILD_ID,
    signal,
  );
  if (!answer.ok) return answer;
  const text = new TextDecoder('latin1').decode(answer.value.subarray(BUILD_ID_TEXT_OFFSET));
  return ok(text.split('\0')[0]?.trim() ?? '');
}

/** Asks for EDL; success is the echo of the very same frame. The modem leaves the bus soon after. */
export async function requestEdl(pipe: Pipe, signal?: AbortSignal): Promise<Result<void, DiagFailure>> {
  const echoed = await askDiag(pipe, 'enter EDL', ENTER_EDL, (frame) => equalBytes(frame, ENTER_EDL), signal);
  return echoed.ok ? ok() : echoed;
}

async function askDiag(
  pipe: Pipe,
  request: string,
  payload: Uint8Array,
  isAnswer: (frame: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<Result<Uint8Array, DiagFailure>> {
  const sent = await pipe.transferOut(encodeHdlc(payload), { timeoutMs: DIAG_TIMEOUT_MS, signal });
  if (!sent.ok) return sent;
  let stream: Uint8Array = new Uint8Array();
  for (let reads = 0; reads < DIAG_FRAMES_MAX; reads++) {
    const read = await pipe.transferIn(DIAG_FRAME_MAX_BYTES, { timeoutMs: DIAG_TIMEOUT_MS, signal });
    if (!read.ok) {
      return read.failure.reason === 'transfer-timed-out' ? err({ reason: 'diag-no-answer', request }) : read;
    }
    const { frames, rest } = splitHdlc(concatBytes([stream, read.value]));
    const decoded = frames.map(decodeHdlc).flatMap((frame) => (frame.ok ? [frame.value] : []));
    const answer = decoded.find(isAnswer);
    if (answer !== undefined) return ok(answer);
    stream = rest.length > DIAG_FRAME_MAX_BYTES ? new Uint8Array() : rest;
  }
  return err({ reason: 'diag-no-answer', request });
}
