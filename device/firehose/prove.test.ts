import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import { Prover } from './prove.ts';
import { ACK, commandsOf, log, programmer, RAW, RAW_END, STORAGE } from './scripted-programmer.ts';

const image = new Uint8Array(2 * STORAGE.pageBytes).fill(0x5a);
const DIGEST = createHash('sha256').update(image).digest('hex');
const at = (startSector: number) => {
  const range = { line: 1, startSector, sectorCount: 2 };
  return { ...range, path: 'update/tz.mbn', sizeBytes: image.length, window: range };
};
const options = { storage: STORAGE, onProgress: () => {} };
const newSha256 = () => {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
};

async function prove(
  functions: readonly string[],
  digest: string,
  startSectors: readonly number[],
  inFlash = image,
) {
  const { link, pipe } = programmer({
    getsha256digest: [log(`Digest ${digest}`), ACK],
    read: [RAW, inFlash, RAW_END],
  });
  const prover = new Prover(link, { functions }, newSha256);
  const source = async (offset: number, length: number) => ok(image.subarray(offset, offset + length));
  const results = [];
  for (const start of startSectors) results.push(await prover.prove(at(start), source, options));
  return { results, asked: commandsOf(pipe).map((command) => command.split(' ')[0]) };
}
const proved = { ok: true, value: undefined };

describe('the proof of what was programmed', () => {
  it.each([
    [
      'the digest, where it is offered',
      ['read', 'getsha256digest'],
      DIGEST,
      [640, 1280],
      ['getsha256digest', 'getsha256digest'],
    ],
    ['bytes, where it is not', ['read'], DIGEST, [640], ['read']],
    ['bytes, where functions are not known', [], DIGEST, [640], ['read']],
    ['bytes for the boot partition', ['getsha256digest'], DIGEST, [640, 0], ['getsha256digest', 'read']],
    [
      'bytes from the first digest on that is not right',
      ['getsha256digest'],
      DIGEST.replace(/^./, 'x'),
      [640, 1280],
      ['getsha256digest', 'read', 'read'],
    ],
  ])('is %s', async (_, functions, digest, starts, asked) => {
    expect(await prove(functions, digest, starts)).toEqual({ results: starts.map(() => proved), asked });
  });

  it('names the page that differs, which only bytes can', async () => {
    const other = createHash('sha256').update('other').digest('hex');
    const wrong = image.map((byte, i) => (i === STORAGE.pageBytes ? 0 : byte));
    expect((await prove(['getsha256digest'], other, [640], wrong)).results).toEqual([
      { ok: false, failure: { reason: 'read-back-differs', sector: 641 } },
    ]);
  });
});
