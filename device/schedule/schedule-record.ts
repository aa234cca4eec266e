/** What `install` wrote and which directories it made, so that `remove` leaves no trace. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { SHA256_HEX } from '../../shared/digest.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { insideRoot } from './inside-root.ts';
import { SCHEDULE_FILE_MAX_BYTES } from './limits.ts';
import type { ScheduleFailure } from './schedule-failure.ts';
import { OWNERSHIP_MARK, SYSTEMS } from './scheduled-file.ts';

export const RECORD_PATH = '/etc/cistern/schedule.json';

const path = z.string().regex(/^\/[^\0]{0,400}$/);
const recordSchema = z.strictObject({
  format: z.literal('cistern-schedule/1'),
  /** JSON has no comments; the mark stands here. */
  note: z.literal(OWNERSHIP_MARK),
  system: z.enum(SYSTEMS),
  hasUdev: z.boolean(),
  /** `HH:MM`, local time. */
  at: z.string().regex(/^\d\d:\d\d$/),
  spreadMinutes: z.int().min(0).max(1440),
  /** `sha256` is of what was written, to tell a settings file that a person has changed since. */
  written: z
    .array(
      z.strictObject({
        kind: z.enum(['file', 'link', 'block']),
        path,
        isSettings: z.boolean(),
        sha256: z.string().regex(SHA256_HEX),
      }),
    )
    .max(64),
  /** Outermost first. */
  madeDirectories: z.array(path).max(64),
});
export type ScheduleRecord = z.infer<typeof recordSchema>;
export type WrittenFile = ScheduleRecord['written'][number];

/** Null where no schedule was installed. */
export async function readRecord(
  rootDirectory: string,
): Promise<Result<ScheduleRecord | null, ScheduleFailure>> {
  const resolved = await insideRoot(rootDirectory, RECORD_PATH);
  if (!resolved.ok) return resolved;
  const refuse = (why: string) =>
    err({ reason: 'schedule-record-unreadable', path: RECORD_PATH, why } as const);
  let text: string;
  try {
    text = await readFile(resolved.value, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ENOTDIR' ? ok(null) : refuse(String(code));
  }
  if (text.length > SCHEDULE_FILE_MAX_BYTES) return refuse('it is too large');
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? ok(parsed.data) : refuse(z.prettifyError(parsed.error).slice(0, 300));
  } catch {
    return refuse('it is not JSON');
  }
}
