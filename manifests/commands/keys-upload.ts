import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { readRoots } from '../keys/roots.ts';
import { operatorClient } from '../publish/operator-client.ts';
import { uploadRoots } from '../publish/upload-roots.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { operatorArgument, textArgument } from './parsers.ts';
import { readToken } from './read-token.ts';

type Flags = {
  readonly dir: string;
  readonly to: string;
  readonly tokenFile: string;
  readonly json: boolean;
};

export const keysUpload = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const roots = await readRoots(flags.dir);
    if (!roots.ok) return fail(this, flags, roots.failure);
    const token = await readToken(flags.tokenFile);
    if (!token.ok) return fail(this, flags, token.failure);
    const operator = operatorClient(flags.to, token.value, this.http, this.signal);
    const uploaded = await uploadRoots(roots.value, operator);
    if (!uploaded.ok) return fail(this, flags, uploaded.failure);
    const stored = uploaded.value;
    const newest = roots.value.at(-1)?.version ?? 0;
    const text =
      stored.length === 0
        ? `The repository has all roots up to ${newest}; nothing was done.`
        : `Stored root ${stored.join(', ')}; devices follow it with their next poll.`;
    succeed(this, flags, { json: { newest, stored }, text });
  },
  parameters: {
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the roots', placeholder: 'dir' },
      to: {
        kind: 'parsed',
        parse: operatorArgument,
        brief: 'Address of the repository',
        placeholder: 'url',
      },
      tokenFile: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'File with the operator token',
        placeholder: 'file',
      },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Bring the repository the roots it lacks; it verifies each against the one before',
    customUsage: [
      { input: '--dir keys --to https://fw.example --token-file keys/operator.token', brief: '' },
    ],
  },
});
