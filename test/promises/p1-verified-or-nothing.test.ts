/** P1 Verified or nothing: no byte reaches a modem that was not verified from the pinned root down to that byte. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { type PrivateKey, signerOf } from '../../shared/trust/keys.ts';
import { type SignedPart, signMetadata } from '../../shared/trust/sign.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { flashFromDisk } from '../support/local-flashing.ts';
import { endOf, type Scenario } from '../support/scenario.ts';
import { type Tamper, tamperingHttp } from '../support/tampering-http.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const POLL = /\/poll$/;
const CHUNK = /\/chunks\//;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

type Poll = Record<string, string>;

/** Changes one member of the poll's answer, keeping the rest. */
const inPoll = (member: string, change: (metadata: string) => string): Tamper => ({
  path: POLL,
  change: (bytes) => {
    const poll = JSON.parse(text(bytes)) as Poll;
    return Buffer.from(JSON.stringify({ ...poll, [member]: change(poll[member] ?? '') }));
  },
});

const flipByte = (bytes: Uint8Array): Uint8Array => {
  const changed = Buffer.from(bytes);
  const at = Math.floor(changed.length / 2);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
};

const CASES: readonly (readonly [string, Tamper, string])[] = [
  [
    'the timestamp was changed after it was signed',
    inPoll('timestamp', (metadata) => metadata.replace(/"expires":"20/, '"expires":"21')),
    'refused: signature-wrong',
  ],
  [
    'the targets were changed after they were signed',
    inPoll('targets', (metadata) => metadata.replace('"version":1', '"version":2')),
    'refused: metadata-mixed',
  ],
  [
    'the metadata is of another model',
    inPoll('timestamp', (metadata) => metadata.replaceAll('ec25euga-m4g', 'eg25ggb-m2g')),
    'refused: metadata-of-another-model',
  ],
  [
    'the metadata is no JSON',
    inPoll('snapshot', () => '<html>please log in</html>'),
    'refused: metadata-unreadable',
  ],
  [
    'the answer is a login page',
    { path: POLL, change: () => Buffer.from('<html>please log in</html>') },
    'refused: answer-unreadable',
  ],
  [
    'the answer has a field that nobody knows',
    { path: POLL, change: (bytes) => Buffer.from(JSON.stringify({ ...JSON.parse(text(bytes)), hint: 'x' })) },
    'refused: answer-unreadable',
  ],
  [
    'a release manifest was changed',
    { path: /R08A03.*\.json$/, change: flipByte },
    'refused: target-hash-wrong',
  ],
  [
    'the catalogue entry was changed',
    { path: /model\.json$/, change: flipByte },
    'refused: target-hash-wrong',
  ],
  ['the rollout was changed', { path: /rollout\.json$/, change: flipByte }, 'refused: target-hash-wrong'],
  ['the package index was changed', { path: /\.caibx$/, change: flipByte }, 'unchanged: target-hash-wrong'],
  [
    'the package index is truncated',
    { path: /\.caibx$/, change: (bytes) => bytes.subarray(0, bytes.length - 40) },
    'unchanged: target-hash-wrong',
  ],
  [
    'a chunk has another content',
    { path: CHUNK, change: () => zstdCompressSync(randomBytes(70_000)) },
    'unchanged: chunk-content-wrong',
  ],
  ['a chunk has one wrong bit', { path: CHUNK, change: flipByte }, 'unchanged: chunk-content-wrong'],
  [
    'a chunk is larger than any chunk',
    { path: CHUNK, change: () => Buffer.alloc(CHUNK_STORED_MAX_BYTES + 1) },
    'unchanged: chunk-too-large',
  ],
  [
    'a chunk unpacks to far more than it should',
    { path: CHUNK, change: () => zstdCompressSync(Buffer.alloc(64 * 1024 * 1024)) },
    'unchanged: chunk-content-wrong',
  ],
];

describe('P1 verified or nothing', () => {
  it.each(CASES)('flashes nothing when %s', async (_, tamper, end) => {
    const http = tamperingHttp(undiciHttp({ userAgent: 'cistern-test' }), tamper);
    scenario = await aScenario({ ports: { http } });
    const result = await scenario.run();
    expect(http.tampered()).toBeGreaterThan(0);
    expect(endOf(result)).toBe(end);
    expectUntouched();
  });

  it('believes no repository that is signed by other keys, however well', async () => {
    const key: PrivateKey = { seed: '11'.repeat(32), public: '' };
    const resign = async (metadata: string) => {
      const { signed } = JSON.parse(metadata) as { signed: SignedPart };
      return signMetadata(signed, [await signerOf({ ...key, public: await publicOf(key.seed) })]);
    };
    scenario = await aScenario();
    const first = await scenario.ports.http.get(
      `${scenario.ports.repositoryUrl}/v1/models/quectel/ec25euga-m4g/poll?root=1&timestamp=0`,
      { headers: {}, maxBytes: 1e6, timeoutMs: 5000 },
      new AbortController().signal,
    );
    if (!first.ok) throw new Error(first.failure.reason);
    const honest = JSON.parse(text(first.value.bytes)) as Poll;
    const forged = Buffer.from(
      JSON.stringify({ ...honest, timestamp: await resign(honest.timestamp ?? '') }),
    );
    await scenario.end();
    const http = tamperingHttp(undiciHttp({ userAgent: 'cistern-test' }), {
      path: POLL,
      change: () => forged,
    });
    scenario = await aScenario({ ports: { http } });
    expect(endOf(await scenario.run())).toBe('refused: signature-wrong');
    expectUntouched();
  });

  it('is not frozen by what an attacker served: the honest repository works right after', async () => {
    scenario = await aScenario();
    const { http: honest } = scenario.ports;
    const tamper = inPoll('timestamp', (metadata) => metadata.replaceAll('ec25euga-m4g', 'eg25ggb-m2g'));
    Object.assign(scenario.ports, { http: tamperingHttp(honest, tamper) });
    expect(endOf(await scenario.run())).toBe('refused: metadata-of-another-model');
    Object.assign(scenario.ports, { http: honest });
    expect(endOf(await scenario.run())).toBe('updated');
  });
});

async function publicOf(seed: string): Promise<string> {
  const { createPrivateKey, createPublicKey } = await import('node:crypto');
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
}

function expectUntouched(): void {
  expect(scenario.modemStates).toEqual([]);
  expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_OLD_VERSION });
}

describe('P1 for a package from a disk, which nobody has signed: the bytes that md5.txt vouches for, or nothing', () => {
  const packageCopy = async () => {
    const path = join(await mkdtemp(join(inject('repository').directory, 'stick-')), DEMO_NEW_VERSION);
    await cp(inject('repository').packageDirectory, path, { recursive: true });
    return path;
  };
  const flip = async (path: string) => writeFile(path, flipByte(await readFile(path)));

  it('refuses a file that changes between being judged and being staged', async () => {
    const path = await packageCopy();
    scenario = await aScenario({
      onStep: (step) => step === 'resolved' && flipSync(join(path, 'update/tz.mbn')),
    });
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await flashFromDisk(scenario, path))).toBe('unchanged: local-package-changed');
    expect(scenario.modemStates).toEqual([]);
    expect(flashFingerprint(scenario.modem)).toBe(before);
  });

  it('flashes what was judged, whatever becomes of the stick afterwards', async () => {
    const path = await packageCopy();
    scenario = await aScenario();
    const ask = async () => {
      await flip(join(path, 'update/tz.mbn'));
      return true;
    };
    expect(endOf(await flashFromDisk(scenario, path, { ask }))).toBe('updated');
  });

  it('refuses a byte that flips in the stage', async () => {
    const stage = await mkdtemp(join(inject('repository').directory, 'flipped-'));
    scenario = await aScenario();
    const ask = async () => {
      const [chunk = ''] = (await readdir(stage, { recursive: true })).filter((name) =>
        name.endsWith('.cacnk'),
      );
      await flip(join(stage, chunk));
      return true;
    };
    const result = await flashFromDisk(scenario, await packageCopy(), { stage, ask });
    expect(endOf(result)).toBe('unchanged: chunk-content-wrong');
    expect(scenario.modemStates).toEqual([]);
  });
});

/** At once: a listener of steps is not waited for. */
function flipSync(path: string): void {
  writeFileSync(path, flipByte(readFileSync(path)));
}
