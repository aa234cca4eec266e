/**
 * The metadata that a device trusts, in one file that is replaced whole: `<sha256>\n<json>`.
 *
 * tuf-js writes its files one by one, unsynced, and a torn root.json kills it for good (ota 6). Here a torn file is
 * no file: the device starts again from its pinned root.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ModelId } from '../../shared/model.ts';
import { codeOf } from '../stage/error-code.ts';
import { ROOT_CHAIN_MAX, TRUSTED_STATE_MAX_BYTES } from './limits.ts';

const trustedStateSchema = z.strictObject({
  format: z.literal('cistern-trusted/2'),
  /** SHA-256 of the pinned root that the chain begins after. */
  pinnedRootSha256: z.string(),
  /** Roots after the pinned one, oldest first. */
  roots: z.array(z.string()).max(ROOT_CHAIN_MAX),
  /**
   * The exact text of the newest file of each role that was verified, by role. A role's file counts from when it was
   * verified, whatever became of the others (TUF 5.4.5): none may go back.
   */
  files: z.record(z.string(), z.string()),
  /** Whether the files were verified as one whole. */
  isWhole: z.boolean(),
});
export type TrustedState = z.infer<typeof trustedStateSchema>;
export type TrustedFiles = Readonly<TrustedState['files']>;

const TRUSTED_STATE_NAME = 'trusted.json';

/** Where what is trusted about a model lies. */
export function trustDirectory(stateDir: string, model: ModelId): string {
  return join(stateDir, 'trust', model);
}

/** What an earlier poll left, or a fresh start. Of another pinned root only the files are kept, unbelieved. */
export async function loadTrusted(directory: string, pinnedRootText: string): Promise<TrustedState> {
  const pinnedRootSha256 = sha256(pinnedRootText);
  const found = await read(join(directory, TRUSTED_STATE_NAME));
  if (found?.pinnedRootSha256 === pinnedRootSha256) return found;
  const files = found?.files ?? {};
  return { format: 'cistern-trusted/2', pinnedRootSha256, roots: [], files, isWhole: false };
}

/** Written beside, synced, renamed, and the rename synced. Throws system errors. */
export async function saveTrusted(directory: string, state: TrustedState): Promise<void> {
  const text = JSON.stringify(state);
  await writeWhole(directory, TRUSTED_STATE_NAME, `${sha256(text)}\n${text}`);
}

export async function writeWhole(
  directory: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const beside = join(directory, `.${name}.new`);
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, join(directory, name));
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

async function read(path: string): Promise<TrustedState | null> {
  try {
    if ((await stat(path)).size > TRUSTED_STATE_MAX_BYTES) return null;
    const [sum, text = ''] = splitOnce(await readFile(path, 'utf8'));
    if (sum !== sha256(text)) return null;
    return trustedStateSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) codeOf(error);
    return null;
  }
}

function splitOnce(content: string): readonly string[] {
  const end = content.indexOf('\n');
  return [content.slice(0, end), content.slice(end + 1)];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
