/** One piece of a schedule put into its place, or taken out of it, below a root directory. */
import {
  chmod,
  lstat,
  mkdir,
  readFile,
  readlink,
  rename,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Hex } from '../../shared/digest.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { withBlock } from './block.ts';
import { insideRoot } from './inside-root.ts';
import type { ScheduleFailure } from './schedule-failure.ts';
import { OWNERSHIP_MARK, type ScheduledFile } from './scheduled-file.ts';

export type Placed = {
  readonly change: 'written' | 'unchanged' | 'kept';
  /** Directories that had to be made, outermost first, as paths below the root directory. */
  readonly madeDirectories: readonly string[];
  /** Of settings that were kept: the lines that were wished for and are not in them. */
  readonly leftOut: readonly string[];
};

/** `writtenSha256`: what an earlier install wrote there, null for nothing. Settings that are still so are nobody else's. */
export async function placeFile(
  rootDirectory: string,
  file: ScheduledFile,
  writtenSha256: string | null,
): Promise<Result<Placed, ScheduleFailure>> {
  const resolved = await insideRoot(rootDirectory, file.path);
  if (!resolved.ok) return resolved;
  return trying<Placed>(file.path, async () => {
    const found = await presentText(resolved.value);
    if (!mayReplace(file, found)) return err({ reason: 'file-not-ours', path: file.path });
    const unchanged = { madeDirectories: [], leftOut: [] } as const;
    if (
      file.kind === 'file' &&
      file.isSettings &&
      found !== null &&
      (await digestOf(found.text)) !== writtenSha256
    )
      return ok({ ...unchanged, change: 'kept', leftOut: linesMissing(file.text, found.text) });
    const wanted = file.kind === 'link' ? file.target : file.kind === 'file' ? file.text : null;
    const text = wanted ?? withBlock(found?.text ?? '', file.kind === 'block' ? file.text : null);
    const mode = file.kind === 'link' || (file.kind === 'block' && found !== null) ? null : file.mode;
    if (found?.text === text && (mode === null || found.mode === mode))
      return ok({ ...unchanged, change: 'unchanged' });
    const madeDirectories = await makeDirectories(rootDirectory, resolved.value);
    if (file.kind === 'link') await replaceLink(resolved.value, text);
    else await replaceText(resolved.value, text, mode ?? found?.mode ?? 0o600);
    return ok({ change: 'written', madeDirectories, leftOut: [] });
  });
}

/** `removed` is false for what was not there. A crontab that holds nothing else goes as well where `install` made it. */
export async function unplaceFile(
  rootDirectory: string,
  file: { readonly kind: ScheduledFile['kind']; readonly path: string },
): Promise<Result<{ readonly removed: boolean }, ScheduleFailure>> {
  const resolved = await insideRoot(rootDirectory, file.path);
  if (!resolved.ok) return resolved;
  return trying<{ readonly removed: boolean }>(file.path, async () => {
    const found = await presentText(resolved.value);
    if (found === null) return ok({ removed: false });
    if (file.kind !== 'block') {
      if (file.kind === 'file' && !found.text.includes(OWNERSHIP_MARK))
        return err({ reason: 'file-not-ours', path: file.path });
      await unlink(resolved.value);
      return ok({ removed: true });
    }
    const rest = withBlock(found.text, null);
    if (rest === found.text) return ok({ removed: false });
    if (rest === '') await unlink(resolved.value);
    else await replaceText(resolved.value, rest, found.mode);
    return ok({ removed: true });
  });
}

export type Present = { readonly text: string; readonly mode: number; readonly isLink: boolean };

/** A file's text or a link's target; null where there is nothing. */
export async function presentText(path: string): Promise<Present | null> {
  try {
    const found = await lstat(path);
    const isLink = found.isSymbolicLink();
    const text = isLink ? await readlink(path) : await readFile(path, 'utf8');
    return { text, mode: found.mode & 0o7777, isLink };
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return null;
    throw error;
  }
}

function mayReplace(file: ScheduledFile, found: Present | null): boolean {
  if (found === null) return true;
  if (file.kind === 'link') return found.isLink && found.text === file.target;
  if (found.isLink) return false;
  return file.kind === 'block' || file.isSettings === true || found.text.includes(OWNERSHIP_MARK);
}

/** Comments aside, and however it is indented: `uci commit` writes the file anew. */
function linesMissing(wanted: string, present: string): readonly string[] {
  const linesOf = (text: string) => text.split('\n').map((line) => line.trim());
  const there = new Set(linesOf(present));
  return linesOf(wanted).filter((line) => line !== '' && !line.startsWith('#') && !there.has(line));
}

export function digestOf(text: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(text));
}

async function makeDirectories(rootDirectory: string, path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = dirname(path); at.length > rootDirectory.length; at = dirname(at)) {
    if (await lstat(at).catch(() => null)) break;
    missing.unshift(at);
  }
  for (const directory of missing) await mkdir(directory, { mode: 0o755 });
  return missing.map((directory) => directory.slice(rootDirectory.replace(/\/$/, '').length));
}

async function replaceText(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode, flush: true });
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}

async function replaceLink(path: string, target: string): Promise<void> {
  await unlink(path).catch(() => {});
  await symlink(target, path);
}

async function trying<T>(
  path: string,
  work: () => Promise<Result<T, ScheduleFailure>>,
): Promise<Result<T, ScheduleFailure>> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    return err({ reason: 'schedule-not-written', path, why: code });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
