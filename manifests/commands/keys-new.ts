import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { makeKeyFile } from '../keys/new-key.ts';
import type { OfflineRole } from '../keys/root-change.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { offlineRoleArgument, textArgument } from './parsers.ts';
import { passphraseFileFlag } from './passphrase-flags.ts';
import { noPassphraseFlag, passphrasesOf } from './root-flags.ts';

type Flags = {
  readonly out: string;
  readonly passphraseFile?: string;
  readonly noPassphrase: boolean;
  readonly json: boolean;
};

export const keysNew = buildCommand<Flags, [OfflineRole], RepoContext>({
  async func(flags, role) {
    const passphrase = await passphrasesOf(this, flags).toSeal();
    if (!passphrase.ok) return fail(this, flags, passphrase.failure);
    const made = await makeKeyFile(flags.out, role, passphrase.value);
    if (!made.ok) return fail(this, flags, made.failure);
    const text = [
      `Private key  ${flags.out}`,
      `Key id       ${made.value.keyId}`,
      `Public half  ${made.value.public}`,
      '',
      `It signs nothing until a root names it: "keys add ${role} --public ${made.value.public.slice(0, 8)}…" where the roots are kept.`,
    ].join('\n');
    succeed(this, flags, { json: { ...made.value, path: flags.out, role }, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: offlineRoleArgument, brief: 'root or targets', placeholder: 'role' }],
    },
    flags: {
      out: { kind: 'parsed', parse: textArgument, brief: 'File to make', placeholder: 'file' },
      passphraseFile: passphraseFileFlag,
      noPassphrase: noPassphraseFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make one private key, on the machine that is to keep it; gives away its public half alone',
    customUsage: [{ input: 'root --out root-b.key', brief: 'Asks for its passphrase' }],
  },
});
