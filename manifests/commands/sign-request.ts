import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { ROOT_DRAFT, readDraft } from '../keys/roots.ts';
import { describeRequest, describeStandings } from '../signing/describe.ts';
import { standingsOf } from '../signing/judges.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';

type Flags = { readonly dir: string; readonly out: string; readonly json: boolean };

export const signRequest = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const draft = await readDraft(flags.dir);
    if (!draft.ok) return fail(this, flags, draft.failure);
    const path = join(flags.dir, ROOT_DRAFT);
    if (draft.value === null) return fail(this, flags, { reason: 'no-root-pending', path });
    try {
      await copyFile(path, flags.out, constants.COPYFILE_EXCL);
    } catch (error) {
      const why = (error as Error).message;
      return fail(this, flags, { reason: 'file-unwritable', path: flags.out, why });
    }
    const standings = await standingsOf(draft.value);
    const text = [
      ...describeRequest(draft.value),
      ...describeStandings(standings),
      `Request: ${flags.out}. Where a key is: "sign ${flags.out} --key FILE"; then back here: "sign-import".`,
    ].join('\n');
    succeed(this, flags, { json: { path: flags.out, standings }, text });
  },
  parameters: {
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the roots', placeholder: 'dir' },
      out: { kind: 'parsed', parse: textArgument, brief: 'File to make', placeholder: 'file' },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Write the next root to a file, for keys that are elsewhere',
    fullDescription:
      'Targets metadata comes as such a file from "publish --sign-request" and "targets renew --sign-request".',
    customUsage: [{ input: '--dir keys --out root-2.request.json', brief: '' }],
  },
});
