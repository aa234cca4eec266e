/**
 * The directory of the offline keys, as `keys init` makes it:
 *
 * - `root-1.key` `root-2.key` `root-3.key` `targets.key`: private, mode 0600. In earnest each root key moves to a
 *   place of its own after this.
 * - `1.root.json`: the root of trust; goes into every device
 * - `online.json`: the public halves of the online keys
 * - `operator.token`: opens the operator API; private
 *
 * The online private keys and the token's digest go into one env file: the Worker's secrets.
 */
import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { generatePrivateKey, signerOf, type TufKey } from '../../shared/trust/keys.ts';
import { ROOT_KEY_COUNT } from '../../shared/trust/roles.ts';
import { type OnlinePublic, onlinePublicSchema } from '../signing/request.ts';
import { keyIdOfPublic, writeKeyFile } from './key-file.ts';
import { generateOnlineKeys, type OnlineKeys, onlineKeysLine, publicHalves } from './online-keys.ts';
import { signFirstRoot } from './root.ts';
import type { SecretFailure } from './write-secret.ts';

export const FIRST_ROOT = '1.root.json';
export const TARGETS_KEY = 'targets.key';
export const OPERATOR_TOKEN = 'operator.token';
const ONLINE_PUBLIC = 'online.json';
const TOKEN_BYTES = 32;

export type KeyDirectoryFailure =
  | SecretFailure
  | { readonly reason: 'key-directory-incomplete'; readonly path: string; readonly file: string };

export type NewKeys = {
  readonly directory: string;
  readonly onlineFile: string;
  readonly keyIds: Readonly<Record<'targets' | 'snapshot' | 'timestamp' | 'rollout', string>> & {
    readonly root: readonly string[];
  };
};

/** Makes all keys at once: the directory appears complete or not at all, and nothing is ever overwritten. */
export async function initKeys(
  target: { readonly directory: string; readonly onlineFile: string },
  passphrase: string | null,
  nowMs: number,
): Promise<Result<NewKeys, KeyDirectoryFailure>> {
  const directory = resolve(target.directory);
  const onlineFile = resolve(target.onlineFile);
  const occupied = await findOccupied(directory, onlineFile);
  if (occupied !== null) return err({ reason: 'keys-exist', path: occupied });

  const root = await Promise.all(Array.from({ length: ROOT_KEY_COUNT }, generatePrivateKey));
  const targets = await generatePrivateKey();
  const online = await generateOnlineKeys();
  const { snapshot, timestamp, rollout } = online;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const rootText = await signFirstRoot(
    {
      root: await Promise.all(root.map(signerOf)),
      targets: await signerOf(targets),
      snapshot: await signerOf(snapshot),
      timestamp: await signerOf(timestamp),
    },
    nowMs,
  );

  const written: string[] = [];
  try {
    await mkdir(dirname(directory), { recursive: true });
    const draft = await mkdtemp(`${directory}.draft-`);
    written.push(draft);
    await Promise.all([
      ...root.map((key, i) => writeKeyFile(join(draft, `root-${i + 1}.key`), 'root', key, passphrase)),
      writeKeyFile(join(draft, TARGETS_KEY), 'targets', targets, passphrase),
    ]);
    await writeFile(join(draft, FIRST_ROOT), rootText);
    await writeFile(join(draft, ONLINE_PUBLIC), `${JSON.stringify(publicHalves(online), null, 2)}\n`);
    await writeFile(join(draft, OPERATOR_TOKEN), `${token}\n`, { mode: 0o600 });
    const onlinePath = pathInDraft(onlineFile, directory, draft);
    await mkdir(dirname(onlinePath), { recursive: true });
    await writeFile(onlinePath, onlineEnvironment(online, token), { mode: 0o600, flag: 'wx' });
    written.push(onlinePath);
    await rmdir(directory).catch(() => {});
    await rename(draft, directory);
  } catch (error) {
    for (const path of written) await rm(path, { recursive: true, force: true });
    return err({ reason: 'keys-unwritable', path: directory, why: (error as Error).message });
  }
  return ok({
    directory,
    onlineFile,
    keyIds: {
      root: await Promise.all(root.map((key) => keyIdOfPublic(key.public))),
      targets: await keyIdOfPublic(targets.public),
      snapshot: await keyIdOfPublic(snapshot.public),
      timestamp: await keyIdOfPublic(timestamp.public),
      rollout: await keyIdOfPublic(rollout.public),
    },
  });
}

async function findOccupied(directory: string, onlineFile: string): Promise<string | null> {
  const inside = await readdir(directory).catch(() => []);
  if (inside.length > 0) return directory;
  const isThere = await access(onlineFile).then(
    () => true,
    () => false,
  );
  return isThere ? onlineFile : null;
}

/** The online file may be asked for inside the key directory, which does not exist yet. */
function pathInDraft(file: string, directory: string, draft: string): string {
  return file.startsWith(`${directory}/`) ? join(draft, file.slice(directory.length)) : file;
}

/** The Worker's secrets: its keys, and what it knows of the operator token. */
function onlineEnvironment(online: OnlineKeys, token: string): string {
  const digest = createHash('sha256').update(token).digest('hex');
  return `${onlineKeysLine(online)}OPERATOR_TOKEN_SHA256=${digest}\n`;
}

/** Takes the place of the file that is there: the root that names these keys is signed. */
export async function writeOnlinePublic(directory: string, online: OnlinePublic): Promise<void> {
  const path = join(directory, ONLINE_PUBLIC);
  await writeFile(`${path}.part`, `${JSON.stringify(online, null, 2)}\n`, { flush: true });
  await rename(`${path}.part`, path);
}

/** The key the rollout role is delegated to. */
export async function readRolloutKey(
  directory: string,
): Promise<Result<{ readonly keyId: string; readonly key: TufKey }, KeyDirectoryFailure>> {
  const incomplete = err({
    reason: 'key-directory-incomplete',
    path: directory,
    file: ONLINE_PUBLIC,
  } as const);
  try {
    const online = onlinePublicSchema.parse(
      JSON.parse(await readFile(join(directory, ONLINE_PUBLIC), 'utf8')),
    );
    const key: TufKey = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: online.rollout } };
    return ok({ key, keyId: await keyIdOfPublic(online.rollout) });
  } catch {
    return incomplete;
  }
}

/** The text of the first root. */
export async function readFirstRoot(directory: string): Promise<Result<string, KeyDirectoryFailure>> {
  const text = await readFile(join(directory, FIRST_ROOT), 'utf8').catch(() => null);
  if (text === null || text.length > ROOT_MAX_BYTES)
    return err({ reason: 'key-directory-incomplete', path: directory, file: FIRST_ROOT });
  return ok(text);
}
