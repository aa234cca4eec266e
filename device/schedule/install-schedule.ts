/** Puts a schedule in place, changes it, takes it away: the same call again changes nothing. */
import { rmdir } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SystemFacts } from './detect-system.ts';
import { insideRoot } from './inside-root.ts';
import { digestOf, type Placed, placeFile, presentText, unplaceFile } from './place-file.ts';
import type { ScheduleFailure } from './schedule-failure.ts';
import { scheduleFiles } from './schedule-files.ts';
import { RECORD_PATH, readRecord, type ScheduleRecord, type WrittenFile } from './schedule-record.ts';
import { OWNERSHIP_MARK, type ScheduledFile, type ScheduleWish } from './scheduled-file.ts';
import { clockText } from './window.ts';

export type Installed = {
  readonly record: ScheduleRecord;
  readonly written: readonly string[];
  /** Settings that a person has changed, and that were left alone. */
  readonly kept: readonly string[];
  /** The lines that were wished for and that settings which were kept do not have. */
  readonly leftOut: readonly string[];
};

export async function installSchedule(
  { rootDirectory, facts }: { readonly rootDirectory: string; readonly facts: SystemFacts },
  wish: ScheduleWish,
): Promise<Result<Installed, ScheduleFailure>> {
  const unusable = unusableSetting(wish);
  if (unusable !== null) return err(unusable);
  const earlier = await readRecord(rootDirectory);
  if (!earlier.ok) return earlier;
  const files = scheduleFiles(facts.system, wish);
  const stale = (earlier.value?.written ?? []).filter(({ path }) =>
    files.every((file) => file.path !== path),
  );
  for (const file of stale) {
    const removed = await unplaceFile(rootDirectory, file);
    if (!removed.ok) return removed;
  }
  const placed = await placeAll(rootDirectory, files, earlier.value);
  // What was made so far is recorded, however far it came: it can be taken away again.
  const record = await recordOf(facts, wish, placed, earlier.value);
  const recorded = await placeFile(rootDirectory, recordFile(record), null);
  if (!recorded.ok) return recorded;
  const made = [...record.madeDirectories, ...recorded.value.madeDirectories];
  const all = { ...record, madeDirectories: [...new Set(made)].sort() };
  const completed = await placeFile(rootDirectory, recordFile(all), null);
  if (!completed.ok) return completed;
  if (placed.failure !== null) return err(placed.failure);
  const pathsThat = (change: string) =>
    placed.files.filter((file) => file.change === change).map(({ path }) => path);
  const leftOut = placed.files.flatMap((file) => file.leftOut);
  return ok({ record: all, written: pathsThat('written'), kept: pathsThat('kept'), leftOut });
}

export type Removed = {
  readonly removed: readonly string[];
  /** Settings that a person has changed since. */
  readonly kept: readonly string[];
};

/** Null where nothing was installed. `purge` takes changed settings as well. */
export async function removeSchedule(
  rootDirectory: string,
  { purge }: { readonly purge: boolean },
): Promise<Result<(Removed & { readonly record: ScheduleRecord }) | null, ScheduleFailure>> {
  const read = await readRecord(rootDirectory);
  if (!read.ok) return read;
  if (read.value === null) return ok(null);
  const record = read.value;
  const removed: string[] = [];
  const kept: string[] = [];
  for (const file of record.written) {
    if (file.isSettings && !purge && (await isChanged(rootDirectory, file))) {
      kept.push(file.path);
      continue;
    }
    const gone = await unplaceFile(rootDirectory, file);
    if (!gone.ok) return gone;
    if (gone.value.removed) removed.push(file.path);
  }
  const forgotten = await unplaceFile(rootDirectory, { kind: 'link', path: RECORD_PATH });
  if (!forgotten.ok) return forgotten;
  for (const directory of [...record.madeDirectories].sort().reverse()) {
    const resolved = await insideRoot(rootDirectory, directory);
    // One that holds something else by now stays.
    if (resolved.ok) await rmdir(resolved.value).catch(() => {});
  }
  return ok({ record, removed, kept });
}

export type ScheduleState = {
  readonly record: ScheduleRecord;
  /** What is not as it was written: gone, or changed by somebody. */
  readonly differing: readonly { readonly path: string; readonly how: 'gone' | 'changed' }[];
};

/** Null where nothing is installed. */
export async function showSchedule(
  rootDirectory: string,
): Promise<Result<ScheduleState | null, ScheduleFailure>> {
  const read = await readRecord(rootDirectory);
  if (!read.ok) return read;
  if (read.value === null) return ok(null);
  const differing: { path: string; how: 'gone' | 'changed' }[] = [];
  for (const file of read.value.written) {
    const found = await foundText(rootDirectory, file.path);
    if (found === null) differing.push({ path: file.path, how: 'gone' });
    // Of a file of others only its presence is ours to judge.
    else if (file.kind !== 'block' && (await digestOf(found)) !== file.sha256)
      differing.push({ path: file.path, how: 'changed' });
  }
  return ok({ record: read.value, differing });
}

type PlacedFile = WrittenFile & Pick<Placed, 'change' | 'leftOut'>;
type PlacedAll = {
  readonly files: readonly PlacedFile[];
  readonly madeDirectories: readonly string[];
  readonly failure: ScheduleFailure | null;
};

async function placeAll(
  rootDirectory: string,
  files: readonly ScheduledFile[],
  earlier: ScheduleRecord | null,
): Promise<PlacedAll> {
  const done: PlacedFile[] = [];
  const madeDirectories: string[] = [];
  for (const file of files) {
    const before = earlier?.written.find(({ path }) => path === file.path) ?? null;
    const placed = await placeFile(rootDirectory, file, before?.sha256 ?? null);
    if (!placed.ok) return { files: done, madeDirectories, failure: placed.failure };
    madeDirectories.push(...placed.value.madeDirectories);
    const { change, leftOut } = placed.value;
    const isSettings = file.kind === 'file' && file.isSettings === true;
    // Settings that were there before the first install are a person's own.
    const sha256 = change === 'kept' ? (before?.sha256 ?? NOBODYS) : await digestOf(textOf(file));
    done.push({ kind: file.kind, path: file.path, isSettings, sha256, change, leftOut });
  }
  return { files: done, madeDirectories, failure: null };
}

const NOBODYS = '0'.repeat(64);

async function recordOf(
  { system, hasUdev }: SystemFacts,
  { at, spreadMinutes }: ScheduleWish,
  { files, madeDirectories }: PlacedAll,
  earlier: ScheduleRecord | null,
): Promise<ScheduleRecord> {
  return {
    format: 'cistern-schedule/1',
    note: OWNERSHIP_MARK,
    system,
    hasUdev,
    at: clockText(at),
    spreadMinutes,
    written: files.map(({ kind, path, isSettings, sha256 }) => ({ kind, path, isSettings, sha256 })),
    madeDirectories: [...new Set([...(earlier?.madeDirectories ?? []), ...madeDirectories])],
  };
}

function recordFile(record: ScheduleRecord): ScheduledFile {
  return { kind: 'file', path: RECORD_PATH, text: `${JSON.stringify(record, null, 2)}\n`, mode: 0o644 };
}

function textOf(file: ScheduledFile): string {
  return file.kind === 'link' ? file.target : file.text;
}

async function isChanged(rootDirectory: string, { path, sha256 }: WrittenFile): Promise<boolean> {
  const found = await foundText(rootDirectory, path);
  return found !== null && (await digestOf(found)) !== sha256;
}

async function foundText(rootDirectory: string, path: string): Promise<string | null> {
  const resolved = await insideRoot(rootDirectory, path);
  return resolved.ok ? ((await presentText(resolved.value))?.text ?? null) : null;
}

/** Paths that the runs open, wherever they are started. */
const PATH_SETTINGS: readonly string[] = ['config', 'root', 'state', 'stage', 'keepCopy', 'program'];

/** A newline in a value would write lines of its own into units, crontabs and scripts. */
function unusableSetting({ settings, program: [program = ''] }: ScheduleWish): ScheduleFailure | null {
  for (const [name, value] of Object.entries({ ...settings, program })) {
    const why = whyUnusable(name, value);
    if (why !== null) return { reason: 'schedule-setting-unusable', name, why };
  }
  return null;
}

function whyUnusable(name: string, value: string): string | null {
  if (value === '' || /\p{Cc}/u.test(value)) return 'it is empty or holds a control character';
  const isRelative = PATH_SETTINGS.includes(name) && !value.startsWith('/') && value !== 'auto';
  const isStartedElsewhere =
    name === 'mirrors' && value.split(',').some((mirror) => !/^(\/|https?:|file:)/i.test(mirror));
  if (isStartedElsewhere) return 'a mirror is an absolute path or an address without a comma';
  return isRelative ? 'its path does not begin at the root, and the runs start elsewhere' : null;
}
