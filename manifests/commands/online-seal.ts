import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { choosePassphrase, findPassphrase } from '../keys/passphrase.ts';
import { readOnlineKeys } from '../keys/read-online-keys.ts';
import { sealOnline } from '../keys/sealed-online.ts';
import { writeSecret } from '../keys/write-secret.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';

type Flags = { readonly out: string; readonly passphraseFile?: string; readonly json: boolean };

export const onlineSeal = buildCommand<Flags, [string], RepoContext>({
  async func(flags, path) {
    const sources = passphraseSources(this, flags.passphraseFile);
    const keys = await readOnlineKeys(path, () => findPassphrase(sources));
    if (!keys.ok) return fail(this, flags, keys.failure);
    const passphrase = await choosePassphrase(sources, { plainText: false });
    if (!passphrase.ok) return fail(this, flags, passphrase.failure);
    const written = await writeSecret(flags.out, await sealOnline(keys.value, passphrase.value ?? ''));
    if (!written.ok) return fail(this, flags, written.failure);
    const text = `${flags.out} holds the online keys under the passphrase; --online-keys takes it in the place of ${path}. Remove ${path} now: it holds them in plain text.`;
    succeed(this, flags, { json: { out: flags.out }, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: textArgument, brief: 'Env file with ONLINE_KEYS', placeholder: 'file' }],
    },
    flags: {
      out: { kind: 'parsed', parse: textArgument, brief: 'File to make', placeholder: 'file' },
      passphraseFile: passphraseFileFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Put the online keys under a passphrase, for a machine that signs without a Worker',
    customUsage: [{ input: 'online.env --out online.key', brief: 'Ask for the passphrase' }],
  },
});
