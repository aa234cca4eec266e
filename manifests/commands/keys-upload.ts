import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { readRoots } from '../keys/roots.ts';
import { uploadRoots } from '../publish/upload-roots.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { openForWriting, type WritableFlags, writableFlag, writableFlags } from './location-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';

type Flags = WritableFlags & {
  readonly dir: string;
  readonly to: RepositoryLocation;
  readonly json: boolean;
};

export const keysUpload = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const roots = await readRoots(flags.dir);
    if (!roots.ok) return fail(this, flags, roots.failure);
    const repository = await openForWriting(this, flags.to, flags, roots.value);
    if (!repository.ok) return fail(this, flags, repository.failure);
    const uploaded = await uploadRoots(roots.value, repository.value.operator);
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
      to: writableFlag,
      ...writableFlags,
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
