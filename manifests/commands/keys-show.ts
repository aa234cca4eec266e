import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { readFirstRoot } from '../keys/key-directory.ts';
import { keyIdOfPublic, readKeyFile } from '../keys/key-file.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';

type Flags = { readonly dir: string; readonly json: boolean };

export const keysShow = buildCommand<Flags, [], RepoContext>({
  async func(flags) {
    const root = await readFirstRoot(flags.dir);
    if (!root.ok) return fail(this, flags, root.failure);
    const { signed } = JSON.parse(root.value) as {
      signed: {
        version: number;
        expires: string;
        roles: Record<string, { keyids: string[]; threshold: number }>;
      };
    };
    const held = new Map<string, { file: string; isEncrypted: boolean }>();
    for (const file of (await readdir(flags.dir)).filter((name) => name.endsWith('.key'))) {
      const key = await readKeyFile(join(flags.dir, file));
      if (!key.ok) return fail(this, flags, key.failure);
      const keyId = await keyIdOfPublic(key.value.public);
      held.set(keyId, { file, isEncrypted: key.value.sealed !== undefined });
    }
    const keys = Object.entries(signed.roles).flatMap(([role, { keyids }]) =>
      keyids.map((keyId) => ({
        role,
        keyId,
        file: held.get(keyId)?.file ?? null,
        isEncrypted: held.get(keyId)?.isEncrypted ?? null,
      })),
    );
    const text = [
      `root ${signed.version}, expires ${signed.expires}`,
      ...keys.map(({ role, keyId, file, isEncrypted }) => {
        const where = file === null ? 'not here' : `${file}${isEncrypted ? '' : ' (plain text)'}`;
        return `${role.padEnd(10)} ${keyId}  ${where}`;
      }),
    ].join('\n');
    succeed(this, flags, { json: { version: signed.version, expires: signed.expires, keys }, text });
  },
  parameters: {
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the keys', placeholder: 'dir' },
      json: jsonFlag,
    },
  },
  docs: { brief: 'List the keys of the root of trust and which of them are here; shows nothing private' },
});
