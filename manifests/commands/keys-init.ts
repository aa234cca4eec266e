import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { FIRST_ROOT, initKeys, OPERATOR_TOKEN } from '../keys/key-directory.ts';
import { choosePassphrase } from '../keys/passphrase.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';

type Flags = {
  readonly dir: string;
  readonly online: string;
  readonly passphraseFile?: string;
  readonly noPassphrase: boolean;
  readonly json: boolean;
};

export const keysInit = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const sources = passphraseSources(this, flags.passphraseFile);
    const passphrase = await choosePassphrase(sources, { plainText: flags.noPassphrase });
    if (!passphrase.ok) return fail(this, flags, passphrase.failure);
    const target = { directory: flags.dir, onlineFile: flags.online };
    const made = await initKeys(target, passphrase.value, this.nowMs());
    if (!made.ok) return fail(this, flags, made.failure);
    const { directory, onlineFile, keyIds } = made.value;
    const text = [
      `Root of trust   ${directory}/${FIRST_ROOT} (2 of 3 keys; goes into every device)`,
      `Offline keys    ${directory}/root-1.key root-2.key root-3.key targets.key`,
      `Operator token  ${directory}/${OPERATOR_TOKEN}`,
      `Worker secrets  ${onlineFile} (ONLINE_KEYS, OPERATOR_TOKEN_SHA256)`,
      '',
      passphrase.value === null
        ? 'The offline keys lie there in plain text. That is for demonstrations and tests.'
        : 'Move each root key to a place of its own. Without the passphrase they are lost.',
    ].join('\n');
    succeed(this, flags, { json: { directory, onlineFile, keyIds }, text });
  },
  parameters: {
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory to make', placeholder: 'dir' },
      online: {
        kind: 'parsed',
        parse: textArgument,
        brief: "Env file to make: the Worker's secrets",
        placeholder: 'file',
      },
      passphraseFile: passphraseFileFlag,
      noPassphrase: {
        kind: 'boolean',
        brief: 'Keep the private keys in plain text (demonstrations, tests)',
        default: false,
        withNegated: false,
      },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make the root of trust, the offline keys and the secrets of the Worker',
    customUsage: [
      { input: '--dir keys --online online.env', brief: 'Ask for the passphrase' },
      { input: '--dir keys --online online.env --no-passphrase', brief: 'For a demonstration' },
    ],
  },
});
