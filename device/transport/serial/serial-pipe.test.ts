import { afterEach, describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/bytes.ts';
import type { Pipe } from '../pipe.ts';
import { cutSahara } from './cut-sahara.ts';
import { failureOf, openTty } from './open-tty.ts';
import { openSerialPipe } from './serial-pipe.ts';
import { hasSocat, type PtyPair, ptyPair } from './test-pty.ts';

const soon = { timeoutMs: 100 };
const patient = { timeoutMs: 5_000 };
const gone = { ok: false, failure: { reason: 'modem-disconnected' } };

const isPossible = hasSocat();
if (!isPossible)
  process.stderr.write('\nNOT TESTED: pipes over a real tty. Install socat (apt-get install socat).\n\n');

const pairs: PtyPair[] = [];
const pipes: Pipe[] = [];
afterEach(async () => {
  for (const pipe of pipes.splice(0)) await pipe.close();
  for (const pair of pairs.splice(0)) await pair.remove();
});

async function opened(path: string, cut = cutSahara): Promise<Pipe> {
  const pipe = await openSerialPipe(path, openTty, cut);
  if (!pipe.ok) throw new Error(JSON.stringify(pipe.failure));
  pipes.push(pipe.value);
  return pipe.value;
}

async function link() {
  const pair = await ptyPair();
  pairs.push(pair);
  return { pair, host: await opened(pair.host), modem: await opened(pair.modem) };
}

async function readAll(pipe: Pipe, totalBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let left = totalBytes; left > 0; ) {
    const read = await pipe.transferIn(left, patient);
    if (!read.ok) throw new Error(JSON.stringify(read.failure));
    pieces.push(read.value);
    left -= read.value.length;
  }
  return concatBytes(pieces);
}

describe.skipIf(!isPossible)('a pipe over a tty', () => {
  it('carries every byte value unchanged, both ways', async () => {
    const { host, modem } = await link();
    const bytes = Uint8Array.from({ length: 32_768 }, (_, i) => (i ^ (i >> 8)) & 0xff);
    const [sent, received] = await Promise.all([
      host.transferOut(bytes, patient),
      readAll(modem, bytes.length),
    ]);
    expect(sent).toEqual({ ok: true });
    expect(received).toEqual(bytes);
    await modem.transferOut(bytes.slice(0, 1024), patient);
    expect(await readAll(host, 1024)).toEqual(bytes.slice(0, 1024));
  });

  it('gives a Sahara packet by itself, though a document follows at once', async () => {
    const { host, modem } = await link();
    const doneResponse = Uint8Array.of(6, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0);
    await modem.transferOut(concatBytes([doneResponse, utf8('<?xml ?>')]), patient);
    expect(await host.transferIn(1024, patient)).toEqual({ ok: true, value: doneResponse });
    expect(await readAll(host, 8)).toEqual(utf8('<?xml ?>'));
  });

  it('times out, is interrupted, and hears what comes later', async () => {
    const { host, modem } = await link();
    expect(await host.transferIn(512, soon)).toMatchObject({ failure: { reason: 'transfer-timed-out' } });
    const controller = new AbortController();
    const read = host.transferIn(512, { ...patient, signal: controller.signal });
    controller.abort();
    expect(await read).toMatchObject({ failure: { reason: 'interrupted' } });
    await modem.transferOut(utf8('later'), patient);
    expect(await readAll(host, 5)).toEqual(utf8('later'));
  });

  it('is held by one program only', async () => {
    const { pair } = await link();
    expect(await openSerialPipe(pair.host, openTty)).toEqual({
      ok: false,
      failure: { reason: 'device-busy', what: pair.host },
    });
  });

  it('can be opened again once it was closed, and refuses meanwhile', async () => {
    const { pair, host, modem } = await link();
    await Promise.all([host.close(), host.close()]);
    const closed = { ok: false, failure: { reason: 'link-broken', why: 'the pipe was closed' } };
    expect(await host.transferIn(512, soon)).toEqual(closed);
    expect(await host.transferOut(utf8('x'), soon)).toEqual(closed);
    const again = await opened(pair.host);
    await modem.transferOut(utf8('hello again'), patient);
    expect(await readAll(again, 11)).toEqual(utf8('hello again'));
  });

  it('ends when the modem is pulled: the reader that waits, and every later transfer', async () => {
    const { pair, host } = await link();
    const read = host.transferIn(512, patient);
    await pair.pull();
    expect(await read).toEqual(gone);
    expect(await host.transferIn(512, soon)).toEqual(gone);
    expect(await host.transferOut(utf8('x'), soon)).toEqual(gone);
  });

  it('ends when the modem is pulled while it talks, which serialport does not always notice', async () => {
    const { pair, host, modem } = await link();
    const talking = modem.transferOut(new Uint8Array(4 * 1024 * 1024), patient);
    await host.transferIn(512, patient);
    await pair.pull();
    let read = await host.transferIn(65_536, patient);
    while (read.ok) read = await host.transferIn(65_536, patient);
    expect(read).toEqual(gone);
    expect(await talking).toEqual(gone);
  });

  it('sends nothing more behind a transfer that was not taken in time', async () => {
    const { host } = await link();
    // Nobody reads at the other end of this one: the terminal fills up.
    const full = await fill(host);
    expect(full).toMatchObject({ failure: { reason: 'transfer-timed-out', direction: 'out' } });
    expect(await host.transferOut(utf8('x'), soon)).toMatchObject({
      failure: { reason: 'link-broken', why: expect.stringContaining('how much of it arrived is not known') },
    });
  });
});

async function fill(pipe: Pipe) {
  return pipe.transferOut(new Uint8Array(16 * 1024 * 1024), soon);
}

describe('a tty that cannot be opened', () => {
  it('because it is not there is told as a modem that is not there', async () => {
    expect(await openSerialPipe('/dev/ttyUSB-none', openTty)).toEqual({
      ok: false,
      failure: { reason: 'modem-absent', where: '/dev/ttyUSB-none' },
    });
  });

  it.each([
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'device-not-permitted'],
    ['Error Resource temporarily unavailable Cannot lock port', 'device-busy'],
    ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'device-busy'],
    ['Error: No such device or address, cannot open /dev/ttyUSB0', 'modem-absent'],
    ['Error: Input/output error, cannot open /dev/ttyUSB0', 'link-broken'],
  ])('because of "%s" is told as %s', (message, reason) => {
    expect(failureOf(message, '/dev/ttyUSB0')).toMatchObject({ reason });
  });
});
