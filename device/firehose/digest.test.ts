import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../shared/result.ts';
import { digestProves } from './digest.ts';
import type { ImageSource } from './image.ts';
import { DIGEST_MAX_BYTES } from './limits.ts';
import { ACK, commandsOf, LATE, log, NAK, programmer, response, STORAGE } from './scripted-programmer.ts';

const SIZE = 100_000;
const image = Uint8Array.from({ length: SIZE }, (_, i) => (i * 13) & 0xff);
const PAGES = Math.ceil(SIZE / STORAGE.pageBytes);
const inFlash = new Uint8Array(PAGES * STORAGE.pageBytes);
inFlash.set(image);
const DIGEST = createHash('sha256').update(inFlash).digest('hex');
const OTHER = createHash('sha256').update(image).digest('hex');
const range = { line: 1, startSector: 13_184, sectorCount: PAGES };
const program = { ...range, path: 'update/tz.mbn', sizeBytes: SIZE, window: range };
const source: ImageSource<never> = async (offset, length) => ok(image.subarray(offset, offset + length));

const sha256 = () => {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
};
async function ask(
  answers: Parameters<typeof programmer>[0],
  from: ImageSource<{ readonly reason: 'chunk-missing' }> = source,
  changes: Partial<typeof program> = {},
) {
  const { link, pipe } = programmer(answers);
  let progress = 0;
  const options = { storage: STORAGE, sha256: sha256(), onProgress: (bytes: number) => (progress += bytes) };
  const proved = await digestProves(link, { ...program, ...changes }, from, options);
  return { proved, pipe, progress };
}

describe('the digest of what was programmed', () => {
  it.each([
    ['in a log', [log(`INFO: Digest ${DIGEST}`), ACK]],
    ['in capitals, with a prefix', [log(`Digest: 0x${DIGEST.toUpperCase()}`), ACK]],
    ['in a log behind the response', [ACK, log(`SHA256 digest = ${DIGEST}`)]],
    ['in a log long after the response', [ACK, LATE, log(`Digest ${DIGEST}`)]],
    ['in the response as Digest', [response('ACK', `Digest="${DIGEST}" `)]],
    ['in the response as sha256', [response('ACK', `sha256="${DIGEST}" `)]],
  ])('%s proves it, padding included', async (_, answers) => {
    const { proved, pipe, progress } = await ask({ getsha256digest: answers });
    expect([proved, progress]).toEqual([{ ok: true, value: true }, inFlash.length]);
    expect(commandsOf(pipe)).toEqual([
      `getsha256digest PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="${PAGES}" physical_partition_number="0" start_sector="13184"`,
    ]);
  });

  it.each([
    ['of other bytes', [log(`Digest ${OTHER}`), ACK]],
    ['of none', [log('Digest done'), ACK]],
    ['too short', [log(`Digest ${DIGEST.slice(1)}`), ACK]],
    ['too long', [log(`Digest ${DIGEST}0`), ACK]],
    ['with a NAK', [log(`Digest ${DIGEST}`), NAK]],
    ['of something else', [log(`Serial ${DIGEST}`), ACK]],
    ['that never comes', []],
  ])('%s proves nothing', async (_, answers) => {
    const { proved, progress } = await ask({ getsha256digest: answers });
    expect([proved, progress]).toEqual([{ ok: true, value: false }, 0]);
  });

  it('is not asked for more than programmers take at a time', async () => {
    const sectorCount = DIGEST_MAX_BYTES / STORAGE.pageBytes + 1;
    const { proved, pipe } = await ask({}, source, { sectorCount });
    expect([proved, pipe.sent]).toEqual([{ ok: true, value: false }, []]);
  });

  it('fails with the link, and with the stage', async () => {
    const { link } = programmer({}, { ends: { reason: 'modem-disconnected' } });
    const options = { storage: STORAGE, sha256: sha256(), onProgress: () => {} };
    expect(await digestProves(link, program, source, options)).toMatchObject({
      failure: { reason: 'modem-disconnected' },
    });
    const lost = await ask({ getsha256digest: [log(`Digest ${DIGEST}`), ACK] }, async () =>
      err({ reason: 'chunk-missing' }),
    );
    expect(lost.proved).toEqual({ ok: false, failure: { reason: 'chunk-missing' } });
  });
});
