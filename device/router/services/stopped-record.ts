/**
 * What was stopped for a modem, on disk before it is stopped: whoever comes after a crash starts it again. One file a
 * modem; it names the process that answers for it.
 */
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Result } from '../../../shared/result.ts';
import { type JournalFailure, writeDurably } from '../../update/journal.ts';
import { STOPPED_RECORD_MAX_BYTES, STOPPED_RECORDS_MAX } from '../limits.ts';

const recordSchema = z.strictObject({
  format: z.literal('cistern-stopped/1'),
  /** As `ownerText` writes it. */
  owner: z.string().max(120),
  stopped: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(120),
        start: z.array(z.string().min(1).max(200)).min(1).max(16),
      }),
    )
    .max(64),
});
export type StoppedRecord = z.infer<typeof recordSchema>;
export type StoppedService = StoppedRecord['stopped'][number];

export function writeStopped(
  stateDir: string,
  modemKey: string,
  record: StoppedRecord,
): Promise<Result<void, JournalFailure>> {
  return writeDurably(pathOf(stateDir, modemKey), JSON.stringify(record));
}

export async function forgetStopped(stateDir: string, modemKey: string): Promise<void> {
  await unlink(pathOf(stateDir, modemKey)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** All records, by modem. One that cannot be read says nothing that could be started. */
export async function readStopped(stateDir: string): Promise<ReadonlyMap<string, StoppedRecord>> {
  const names = (await readdir(join(stateDir, 'services')).catch(() => []))
    .filter((name) => name.endsWith('.json'))
    .slice(0, STOPPED_RECORDS_MAX);
  const records = new Map<string, StoppedRecord>();
  for (const name of names) {
    const text = await readFile(join(stateDir, 'services', name), 'utf8').catch(() => '');
    const record = text.length <= STOPPED_RECORD_MAX_BYTES ? parse(text) : null;
    if (record !== null) records.set(name.slice(0, -'.json'.length), record);
  }
  return records;
}

function parse(text: string): StoppedRecord | null {
  try {
    const record = recordSchema.safeParse(JSON.parse(text));
    return record.success ? record.data : null;
  } catch {
    return null;
  }
}

function pathOf(stateDir: string, modemKey: string): string {
  return join(stateDir, 'services', `${modemKey}.json`);
}
