/** `keys add`, `revoke`, `rotate`, `threshold`, `renew`: each makes the next root of trust. */
import { buildCommand } from '@stricli/core';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { findKey, soleKey } from '../keys/find-key.ts';
import { makeKey, namedKey } from '../keys/new-key.ts';
import { readBase } from '../keys/next-root.ts';
import { generateOnlineKeys, onlineKeysLine, publicHalves } from '../keys/online-keys.ts';
import type { NamedKey, OfflineRole } from '../keys/root-change.ts';
import { writeSecret } from '../keys/write-secret.ts';
import { fail } from './output.ts';
import {
  keyArgument,
  offlineRoleArgument,
  publicKeyArgument,
  textArgument,
  thresholdArgument,
} from './parsers.ts';
import { type Passphrases, passphrasesOf, proposeAndTell, type RootFlags, rootFlags } from './root-flags.ts';

type KeyFlags = RootFlags & { readonly public?: string };

const publicFlag = {
  kind: 'parsed',
  parse: publicKeyArgument,
  brief: 'Public half of a key that "keys new" made elsewhere; else a key is made here',
  placeholder: 'hex',
  optional: true,
} as const;

const roleArgument = {
  kind: 'tuple',
  parameters: [{ parse: offlineRoleArgument, brief: 'root or targets', placeholder: 'role' }],
} as const;

export const keysAdd = buildCommand<KeyFlags, [OfflineRole], RepoContext>({
  async func(flags, role) {
    const passphrases = passphrasesOf(this, flags);
    const added = await newKey(flags, role, passphrases);
    if (!added.ok) return fail(this, flags, added.failure);
    const { key, more } = added.value;
    return proposeAndTell(this, flags, { change: { kind: 'add', role, key }, more }, passphrases);
  },
  parameters: { positional: roleArgument, flags: { ...rootFlags, public: publicFlag } },
  docs: { brief: 'Give a role one more key' },
});

export const keysRevoke = buildCommand<RootFlags, [string], RepoContext>({
  async func(flags, text) {
    const base = await readBase(flags.dir);
    if (!base.ok) return fail(this, flags, base.failure);
    const keyId = findKey(base.value, text);
    if (!keyId.ok) return fail(this, flags, keyId.failure);
    const change = { kind: 'revoke', keyId: keyId.value } as const;
    return proposeAndTell(this, flags, { change }, passphrasesOf(this, flags));
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: keyArgument, brief: 'Its id, or how it begins', placeholder: 'key' }],
    },
    flags: rootFlags,
  },
  docs: { brief: 'Take a key out of the root of trust' },
});

export const keysRotate = buildCommand<KeyFlags & { readonly key?: string }, [OfflineRole], RepoContext>({
  async func(flags, role) {
    const base = await readBase(flags.dir);
    if (!base.ok) return fail(this, flags, base.failure);
    const keyId = flags.key === undefined ? soleKey(base.value, role) : findKey(base.value, flags.key);
    if (!keyId.ok) return fail(this, flags, keyId.failure);
    const passphrases = passphrasesOf(this, flags);
    const added = await newKey(flags, role, passphrases);
    if (!added.ok) return fail(this, flags, added.failure);
    const { key, more } = added.value;
    const change = { kind: 'rotate', role, keyId: keyId.value, key } as const;
    return proposeAndTell(this, flags, { change, more }, passphrases);
  },
  parameters: {
    positional: roleArgument,
    flags: {
      ...rootFlags,
      public: publicFlag,
      key: {
        kind: 'parsed',
        parse: keyArgument,
        brief: 'The key that goes: its id, or how it begins; needed where the role has several',
        placeholder: 'key',
        optional: true,
      },
    },
  },
  docs: {
    brief: 'Put a new key in the place of one that is lost, known or old',
    customUsage: [{ input: 'root --key 1a2b3c4d --dir keys', brief: 'One root key of three' }],
  },
});

export const keysRotateOnline = buildCommand<RootFlags & { readonly online: string }, [], RepoContext>({
  async func(flags) {
    const online = await generateOnlineKeys();
    const halves = publicHalves(online);
    const written = await writeSecret(flags.online, onlineKeysLine(online));
    if (!written.ok) return fail(this, flags, written.failure);
    const [snapshot, timestamp] = await Promise.all([halves.snapshot, halves.timestamp].map(namedKey));
    if (snapshot === undefined || timestamp === undefined) throw new Error('two keys were named');
    const change = { kind: 'rotate-online', snapshot, timestamp } as const;
    const more = [
      `New ONLINE_KEYS in ${flags.online}: give them to the Worker, then upload the root, then "targets renew" each model.`,
    ];
    return proposeAndTell(this, flags, { change, online: halves, more }, passphrasesOf(this, flags));
  },
  parameters: {
    flags: {
      ...rootFlags,
      online: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Env file to make: ONLINE_KEYS for the Worker',
        placeholder: 'file',
      },
    },
  },
  docs: {
    brief: 'New keys for snapshot, timestamp and rollout; also undoes versions that a thief drove up',
    customUsage: [{ input: '--dir keys --online online-2.env', brief: '' }],
  },
});

export const keysThreshold = buildCommand<RootFlags, [OfflineRole, number], RepoContext>({
  func(flags, role, threshold) {
    const change = { kind: 'threshold', role, threshold } as const;
    return proposeAndTell(this, flags, { change }, passphrasesOf(this, flags));
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: offlineRoleArgument, brief: 'root or targets', placeholder: 'role' },
        { parse: thresholdArgument, brief: 'How many keys must sign', placeholder: 'count' },
      ],
    },
    flags: rootFlags,
  },
  docs: { brief: 'Say how many keys of a role must sign' },
});

export const keysRenew = buildCommand<RootFlags, [], RepoContext>({
  func(flags) {
    return proposeAndTell(this, flags, { change: { kind: 'renew' } }, passphrasesOf(this, flags));
  },
  parameters: { flags: rootFlags },
  docs: { brief: 'The same root of trust, valid for another two years' },
});

/** The key that comes: one that somebody else holds, or one that is made into the directory. */
async function newKey(
  flags: KeyFlags,
  role: OfflineRole,
  passphrases: Passphrases,
): Promise<Result<{ readonly key: NamedKey; readonly more: readonly string[] }, RepoFailure>> {
  if (flags.public !== undefined) return ok({ key: await namedKey(flags.public), more: [] });
  const base = await readBase(flags.dir);
  if (!base.ok) return base;
  const passphrase = await passphrases.toSeal();
  if (!passphrase.ok) return err(passphrase.failure);
  const made = await makeKey(flags.dir, role, passphrase.value);
  if (!made.ok) return made;
  return ok({
    key: made.value,
    more: [`New private key: ${made.value.path}. Move it to a place of its own.`],
  });
}
