import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { importIntoRoot } from '../keys/next-root.ts';
import { readSigningRequest, type SigningRequest } from '../signing/request.ts';
import { fail, jsonFlag } from './output.ts';
import { textArgument } from './parsers.ts';
import { tellNextRoot } from './root-flags.ts';

type Flags = { readonly dir: string; readonly json: boolean };

export const signImport = buildCommand<Flags, string[], RepoContext>({
  async func(flags, ...paths) {
    const copies: SigningRequest[] = [];
    for (const path of paths) {
      const copy = await readSigningRequest(path);
      if (!copy.ok) return fail(this, flags, copy.failure);
      copies.push(copy.value);
    }
    const next = await importIntoRoot(flags.dir, copies);
    if (!next.ok) return fail(this, flags, next.failure);
    tellNextRoot(this, flags, next.value);
  },
  parameters: {
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: textArgument, brief: 'Signed copies of the request', placeholder: 'request' },
    },
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the roots', placeholder: 'dir' },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Bring signatures home, from as many copies of a request as there are',
    customUsage: [
      { input: 'from-a.json from-b.json --dir keys', brief: 'Makes the root once enough signed' },
    ],
  },
});
