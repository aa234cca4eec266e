/** The flags and the environment that name the passphrase, as every command with keys takes them. */
import type { RepoContext } from '../context.ts';
import type { PassphraseSources } from '../keys/passphrase.ts';
import { textArgument } from './parsers.ts';

export const passphraseFileFlag = {
  kind: 'parsed',
  parse: textArgument,
  brief: 'File with the passphrase of the keys (else CISTERN_PASSPHRASE, else asked for)',
  placeholder: 'file',
  optional: true,
} as const;

export function passphraseSources(context: RepoContext, file: string | undefined): PassphraseSources {
  return { file, environment: context.process.env.CISTERN_PASSPHRASE, ask: context.askPassphrase };
}
