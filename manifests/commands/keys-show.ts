import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { listHeldKeys } from '../keys/held-keys.ts';
import { ROOT_DRAFT, readDraft, readRoots } from '../keys/roots.ts';
import { describeRequest, describeStandings } from '../signing/describe.ts';
import { standingsOf } from '../signing/judges.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';

type Flags = { readonly dir: string; readonly json: boolean };

export const keysShow = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const roots = await readRoots(flags.dir);
    if (!roots.ok) return fail(this, flags, roots.failure);
    const draft = await readDraft(flags.dir);
    if (!draft.ok) return fail(this, flags, draft.failure);
    const held = await listHeldKeys(flags.dir);
    if (!held.ok) return fail(this, flags, held.failure);
    const { version, expires, roles } = (roots.value.at(-1) ?? roots.value[0]).root.signed;
    const keys = Object.entries(roles).flatMap(([role, { keyids }]) =>
      keyids.map((keyId) => {
        const key = held.value.find((candidate) => candidate.keyId === keyId);
        return { role, keyId, file: key?.file ?? null, isEncrypted: key?.isEncrypted ?? null };
      }),
    );
    const named = new Set(keys.map(({ keyId }) => keyId));
    const unnamed = held.value.filter(({ keyId }) => !named.has(keyId));
    const pending = draft.value === null || draft.value.next.signed.version <= version ? null : draft.value;
    const standings = pending === null ? [] : await standingsOf(pending);
    const text = [
      `root ${version}, expires ${expires}; ${roles.root.threshold} root and ${roles.targets.threshold} targets signatures are needed`,
      ...keys.map(({ role, keyId, file, isEncrypted }) => {
        const where = file === null ? 'not here' : `${file}${isEncrypted ? '' : ' (plain text)'}`;
        return `${role.padEnd(10)} ${keyId}  ${where}`;
      }),
      ...unnamed.map(({ keyId, file }) => `${'none'.padEnd(10)} ${keyId}  ${file}: no role of this root`),
      ...(pending === null
        ? []
        : ['', `waiting in ${ROOT_DRAFT}:`, ...describeRequest(pending), ...describeStandings(standings)]),
    ].join('\n');
    const json = {
      version,
      expires,
      thresholds: { root: roles.root.threshold, targets: roles.targets.threshold },
      keys,
      unnamed,
      pending: pending === null ? null : { version: pending.next.signed.version, standings },
    };
    succeed(this, flags, { json, text });
  },
  parameters: {
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the keys', placeholder: 'dir' },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'List the keys of the newest root, which of them are here, and what waits; shows nothing private',
  },
});
