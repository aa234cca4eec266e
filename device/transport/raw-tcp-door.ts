/**
 * A modem whose ttys another machine serves as plain streams: `raw-tcp://HOST:PORT?at=PORT`, as ser2net or socat do.
 * PORT is the tty of DIAG, which is the tty of EDL when the modem is there. A stream announces nothing, so what the
 * modem does is told by what it says: a HELLO or XML of EDL, else an answer to AT, else EDL that has fallen silent.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { DoorFailure, ModemDoor, OpenedModem } from './door.ts';
import { Inbox } from './inbox.ts';
import { AT_ANSWER_TIMEOUT_MS, FIRST_WORD_TIMEOUT_MS } from './limits.ts';
import { type Patience, patienceOf, tellingEnd } from './patience.ts';
import { saidFirst } from './said-first.ts';
import { cutSahara } from './serial/cut-sahara.ts';
import { openStreamAgain, pipeOf } from './tcp-door.ts';
import { connectTcp, pump, type TcpAddress } from './tcp-socket.ts';

export function rawTcpDoor(main: TcpAddress, at: TcpAddress, clock: Clock): ModemDoor {
  const patience = { main: patienceOf(clock), at: patienceOf(clock) };
  const where = `raw-tcp://${main.host}:${main.port}?at=${at.port}`;
  return {
    key: `raw-tcp-${main.host}-${main.port}`.replaceAll(/[^A-Za-z0-9.-]/g, '_'),
    where,
    onBus: null,
    open: async (signal) => {
      const opened = await patience.main.open(
        () => openMain({ main, at, where, patience: patience.at, clock }, signal),
        signal,
      );
      return opened.ok
        ? ok({ ...opened.value, pipe: tellingEnd(opened.value.pipe, patience.main.hungUp) })
        : opened;
    },
    openAt: (signal) => openStreamAgain(at, where, patience.at, signal),
  };
}

type Place = {
  readonly main: TcpAddress;
  readonly at: TcpAddress;
  readonly where: string;
  readonly patience: Patience;
  readonly clock: Clock;
};

/** A stream does not say which USB device it is of. */
const NORMAL = { usbId: 'unknown', interfaceCount: 0, state: 'normal' } as const;
const EDL = { usbId: '05c6:9008', interfaceCount: 1, state: 'edl' } as const;

async function openMain(place: Place, signal?: AbortSignal): Promise<Result<OpenedModem, DoorFailure>> {
  const { main, where } = place;
  const socket = await connectTcp(main, signal);
  if (socket === null) return err({ reason: 'modem-absent', where });
  const inbox = new Inbox();
  pump(socket, inbox, (bytes) => {
    for (const part of cutSahara(new Uint8Array(bytes))) inbox.push(part);
  });
  const pipe = pipeOf(socket, inbox, (bytes) => [bytes]);
  const first = await pipe.transferIn(FIRST_WORD_MAX_BYTES, { timeoutMs: FIRST_WORD_TIMEOUT_MS, signal });
  if (!first.ok && first.failure.reason !== 'transfer-timed-out') {
    await pipe.close();
    // Who serves a tty that is not there accepts and hangs up.
    return err(
      first.failure.reason === 'modem-disconnected' ? { reason: 'modem-absent', where } : first.failure,
    );
  }
  const word = first.ok ? first.value : new Uint8Array();
  const isNormal = !isOfEdl(word) && (await answersAt(place, signal));
  return ok({ ...(isNormal ? NORMAL : EDL), pipe: saidFirst(word, pipe) });
}

const FIRST_WORD_MAX_BYTES = 4096;
const SAHARA_COMMAND_MAX = 0x14;

/** HELLO or another word of Sahara (edl 1b), or the XML of a programmer that runs. */
function isOfEdl(word: Uint8Array): boolean {
  if (new TextDecoder('latin1').decode(word.subarray(0, 5)) === '<?xml') return true;
  const [command = 0, ...rest] = word.subarray(0, 4);
  return (
    command >= 1 && command <= SAHARA_COMMAND_MAX && rest.length === 3 && rest.every((byte) => byte === 0)
  );
}

/** Whether somebody answers AT with OK: then the modem is in normal mode. */
async function answersAt({ at, where, patience, clock }: Place, signal?: AbortSignal): Promise<boolean> {
  const opened = await openStreamAgain(at, where, patience, signal);
  if (!opened.ok) return false;
  const untilMs = clock.nowMs() + AT_ANSWER_TIMEOUT_MS;
  try {
    const sent = await opened.value.transferOut(new TextEncoder().encode('AT\r'), {
      timeoutMs: AT_ANSWER_TIMEOUT_MS,
      signal,
    });
    let said = '';
    while (sent.ok && said.length < FIRST_WORD_MAX_BYTES) {
      const timeoutMs = Math.max(1, untilMs - clock.nowMs());
      const read = await opened.value.transferIn(FIRST_WORD_MAX_BYTES, { timeoutMs, signal });
      if (!read.ok) return false;
      said += new TextDecoder('latin1').decode(read.value);
      if (/\r\nOK\r\n/.test(said)) return true;
    }
    return false;
  } finally {
    await opened.value.close();
  }
}
