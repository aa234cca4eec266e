import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateKey, signerOf } from '../../shared/trust/keys.ts';
import { initKeys, OPERATOR_TOKEN, readFirstRoot, readRolloutKey, TARGETS_KEY } from './key-directory.ts';
import { keyIdOfPublic, openKeyFile, readKeyFile } from './key-file.ts';

const NOW_MS = Date.parse('2026-11-23T08:00:00.123Z');
const PASSPHRASE = 'correct horse battery staple';

let scratch: string;
let encrypted: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'keys-'));
  encrypted = join(scratch, 'encrypted');
  const made = await initKeys(
    { directory: encrypted, onlineFile: join(scratch, 'online.env') },
    PASSPHRASE,
    NOW_MS,
  );
  if (!made.ok) throw new Error(made.failure.reason);
});
afterAll(() => rm(scratch, { recursive: true }));

const ask = (passphrase: string | null) => async () => passphrase;

describe('keys init', () => {
  it('makes a root that its own threshold signs and that lasts two years', async () => {
    const text = await readFirstRoot(encrypted);
    if (!text.ok) throw new Error(text.failure.reason);
    const root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(text.value));
    expect(() => root.verifyDelegate('root', root)).not.toThrow();
    expect(root.signed.roles.root).toMatchObject({ threshold: 2, keyIDs: { length: 3 } });
    expect(root.signed.consistentSnapshot).toBe(true);
    expect(root.signed.expires).toBe('2028-11-22T08:00:00Z');
    expect(Object.keys(root.signatures)).toHaveLength(2);
  });

  it('names the keys it made in root, online file and delegation', async () => {
    const env = await readFile(join(scratch, 'online.env'), 'utf8');
    const online = JSON.parse(/^ONLINE_KEYS='(.*)'$/m.exec(env)?.[1] ?? '') as Record<string, PrivateKey>;
    const text = await readFirstRoot(encrypted);
    const { roles } = JSON.parse(text.ok ? text.value : '').signed;
    for (const role of ['snapshot', 'timestamp'] as const) {
      expect(roles[role].keyids).toEqual([(await signerOf(online[role] as PrivateKey)).keyId]);
    }
    const rollout = await readRolloutKey(encrypted);
    expect(rollout).toMatchObject({
      ok: true,
      value: { keyId: (await signerOf(online.rollout as PrivateKey)).keyId },
    });
    const targets = await readKeyFile(join(encrypted, TARGETS_KEY));
    expect(roles.targets.keyids).toEqual([targets.ok && (await keyIdOfPublic(targets.value.public))]);
  });

  it('gives the Worker the digest of the operator token, not the token', async () => {
    const token = (await readFile(join(encrypted, OPERATOR_TOKEN), 'utf8')).trim();
    const env = await readFile(join(scratch, 'online.env'), 'utf8');
    expect(env).toContain(`OPERATOR_TOKEN_SHA256=${createHash('sha256').update(token).digest('hex')}\n`);
    expect(env).not.toContain(token);
  });

  it('lets nobody but the owner read what is private', async () => {
    const files = ['root-1.key', 'root-2.key', 'root-3.key', TARGETS_KEY, OPERATOR_TOKEN];
    for (const path of [...files.map((file) => join(encrypted, file)), join(scratch, 'online.env')]) {
      expect(((await stat(path)).mode & 0o777).toString(8), path).toBe('600');
    }
  });

  it('never overwrites keys, and leaves nothing behind when it refuses', async () => {
    const before = await readFile(join(encrypted, TARGETS_KEY), 'utf8');
    const again = await initKeys(
      { directory: encrypted, onlineFile: join(scratch, 'other.env') },
      null,
      NOW_MS,
    );
    expect(again).toMatchObject({ ok: false, failure: { reason: 'keys-exist', path: encrypted } });
    const online = await initKeys(
      { directory: join(scratch, 'other'), onlineFile: join(scratch, 'online.env') },
      null,
      NOW_MS,
    );
    expect(online).toMatchObject({ ok: false, failure: { reason: 'keys-exist' } });
    expect(await readFile(join(encrypted, TARGETS_KEY), 'utf8')).toBe(before);
    expect((await readdir(scratch)).sort()).toEqual(['encrypted', 'online.env']);
  });

  it('takes an empty directory, and an online file inside the new one', async () => {
    const directory = join(scratch, 'inside');
    await mkdir(directory);
    const made = await initKeys({ directory, onlineFile: join(directory, 'online.env') }, null, NOW_MS);
    expect(made.ok).toBe(true);
    expect(await readdir(directory)).toContain('online.env');
    await rm(directory, { recursive: true });
  });

  it('leaves nothing behind when it cannot finish', async () => {
    await writeFile(join(scratch, 'file'), '');
    const made = await initKeys(
      { directory: join(scratch, 'halfway'), onlineFile: join(scratch, 'file/online.env') },
      null,
      NOW_MS,
    );
    expect(made).toMatchObject({ ok: false, failure: { reason: 'keys-unwritable' } });
    expect((await readdir(scratch)).filter((name) => name.startsWith('halfway'))).toEqual([]);
    await rm(join(scratch, 'file'));
  });
});

describe('a key file', () => {
  const path = () => join(encrypted, TARGETS_KEY);

  it('opens with its passphrase and then signs for its public key', async () => {
    const key = await openKeyFile(path(), ask(PASSPHRASE));
    if (!key.ok) throw new Error(key.failure.reason);
    const signer = await signerOf(key.value);
    const message = new TextEncoder().encode('signed');
    const verifier = await crypto.subtle.importKey(
      'raw',
      Buffer.from(key.value.public, 'hex'),
      'Ed25519',
      false,
      ['verify'],
    );
    const signature = new Uint8Array(await signer.sign(message));
    expect(await crypto.subtle.verify('Ed25519', verifier, signature, message)).toBe(true);
  });

  it('holds no seed in plain text', async () => {
    const key = await openKeyFile(path(), ask(PASSPHRASE));
    const text = await readFile(path(), 'utf8');
    expect(key.ok && text.includes(key.value.seed)).toBe(false);
    expect(JSON.parse(text)).toMatchObject({ sealed: { kdf: 'scrypt', n: 2 ** 17, cipher: 'aes-256-gcm' } });
  });

  it.each([
    ['a wrong passphrase', 'wrong', 'passphrase-wrong'],
    ['no passphrase', null, 'passphrase-needed'],
  ])('stays closed to %s', async (_, passphrase, reason) => {
    expect(await openKeyFile(path(), ask(passphrase))).toMatchObject({ ok: false, failure: { reason } });
  });

  it.each([
    [
      'another public key',
      (file: string) => file.replace(/"public": "[0-9a-f]{64}"/, `"public": "${'a'.repeat(64)}"`),
      'passphrase-wrong',
    ],
    ['another role', (file: string) => file.replace('"targets"', '"root"'), 'passphrase-wrong'],
    [
      'a cost that would eat the machine',
      (file: string) => file.replace('131072', '1073741824'),
      'key-file-unreadable',
    ],
    ['an unknown field', (file: string) => file.replace('{', '{"extra": 1,'), 'key-file-unreadable'],
    [
      'both a seed and a sealed one',
      (file: string) => file.replace('{', `{"seed": "${'0'.repeat(64)}",`),
      'key-file-unreadable',
    ],
    ['no JSON', () => 'key', 'key-file-unreadable'],
  ])('is refused when it has %s', async (name, spoil, reason) => {
    const spoilt = join(scratch, 'spoilt.key');
    const before = await readFile(path(), 'utf8');
    expect(spoil(before), name).not.toBe(before);
    await writeFile(spoilt, spoil(before));
    expect(await openKeyFile(spoilt, ask(PASSPHRASE))).toMatchObject({ ok: false, failure: { reason } });
    await rm(spoilt);
  });
});
