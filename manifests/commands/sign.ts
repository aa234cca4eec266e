import { rename, writeFile } from 'node:fs/promises';
import { buildCommand } from '@stricli/core';
import { signerOf } from '../../shared/trust/keys.ts';
import type { RepoContext } from '../context.ts';
import { openKeyFile, readKeyFile } from '../keys/key-file.ts';
import { findPassphrase } from '../keys/passphrase.ts';
import { addSignature } from '../signing/add-signature.ts';
import { describeRequest, describeStandings } from '../signing/describe.ts';
import { judgeRequest } from '../signing/judge-request.ts';
import { standingsOf } from '../signing/judges.ts';
import { readSigningRequest, signingRequestText } from '../signing/request.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';
import { readSignerRoots } from './signer-roots.ts';

type Flags = {
  readonly key?: string;
  readonly root?: string;
  readonly out?: string;
  readonly passphraseFile?: string;
  readonly json: boolean;
};

export const sign = buildCommand<Flags, [string], RepoContext>({
  async func(flags, path) {
    const request = await readSigningRequest(path);
    if (!request.ok) return fail(this, flags, request.failure);
    const held = await readSignerRoots({ rootPath: flags.root, keyPath: flags.key });
    if (!held.ok) return fail(this, flags, held.failure);
    const judged = await judgeRequest(request.value, held.value);
    if (!judged.ok) return fail(this, flags, judged.failure);
    const description = describeRequest(judged.value);
    if (flags.key === undefined) {
      const standings = await standingsOf(request.value);
      const text = [...description, ...describeStandings(standings), 'Nothing was signed: no --key.'];
      return succeed(this, flags, { json: { description, standings }, text: text.join('\n') });
    }
    // Before the passphrase is asked for: giving it is the consent.
    if (!flags.json) this.process.stderr.write(`${description.join('\n')}\n`);
    const file = await readKeyFile(flags.key);
    if (!file.ok) return fail(this, flags, file.failure);
    const isSealed = file.value.sealed !== undefined;
    const passphrase = isSealed ? await findPassphrase(passphraseSources(this, flags.passphraseFile)) : null;
    if (passphrase !== null && !passphrase.ok) return fail(this, flags, passphrase.failure);
    const key = await openKeyFile(flags.key, async () => passphrase?.value ?? null);
    if (!key.ok) return fail(this, flags, key.failure);
    const signed = await addSignature(request.value, await signerOf(key.value));
    if (!signed.ok) return fail(this, flags, signed.failure);
    const out = flags.out ?? path;
    try {
      await writeFile(`${out}.part`, signingRequestText(signed.value), { flush: true });
      await rename(`${out}.part`, out);
    } catch (error) {
      return fail(this, flags, { reason: 'file-unwritable', path: out, why: (error as Error).message });
    }
    const standings = await standingsOf(signed.value);
    const text = [`Signed: ${out}`, ...describeStandings(standings)].join('\n');
    succeed(this, flags, { json: { path: out, description, standings }, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: textArgument, brief: 'Signing request', placeholder: 'request' }],
    },
    flags: {
      key: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Private key to sign with; without it the request is shown and not signed',
        placeholder: 'file',
        optional: true,
      },
      root: {
        kind: 'parsed',
        parse: textArgument,
        brief:
          'Root of trust kept with the key, which the request is followed back to; else 1.root.json beside the key',
        placeholder: 'file',
        optional: true,
      },
      out: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Where the signed request goes; else over the request itself',
        placeholder: 'file',
        optional: true,
      },
      passphraseFile: passphraseFileFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Show a signing request and sign it with one key; needs no network',
    fullDescription:
      'A request brings its own word of what was there before, and what is shown is the difference to it. So it is refused unless a root that is kept here leads to what it says. Later roots are taken from beside that root; keep a copy of each new one there.',
    customUsage: [
      {
        input: 'root-2.request.json --root /media/a/1.root.json',
        brief: 'Show what it would change and who has signed',
      },
      {
        input: 'root-2.request.json --key /media/a/root-1.key --root /media/a/1.root.json',
        brief: 'Sign it',
      },
    ],
  },
});
