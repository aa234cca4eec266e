/** An attempt as the journal holds it, and a directory of its own for each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import type { Clock } from '../clock.ts';
import type { Attempt } from './journal.ts';

export const NOW_MS = Date.parse('2026-02-02T03:04:05.678Z');
export const clock: Clock = { nowMs: () => NOW_MS, elapsedMs: () => NOW_MS, sleep: async () => {} };

/** A real directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    format: 'cistern-journal/1',
    attemptId: '3f2c8a52-6a0e-4b36-9d5e-2d1f2d7c9a11',
    modemKey: 'tcp-127.0.0.1-9008',
    where: 'tcp://127.0.0.1:9008?at=9007',
    model: 'quectel/ec25euga-m4g' as ModelId,
    fromVersion: 'EC25EUGAR06A05M4G_01.003.01.003',
    toVersion: 'EC25EUGAR08A03M4G_01.200.01.200',
    origin: { kind: 'repository' },
    step: 'identified',
    flashTouched: false,
    snapshot: null,
    stage: null,
    documents: null,
    startedAt: '2026-02-02T03:00:00.000Z',
    updatedAt: '2026-02-02T03:00:00.000Z',
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
    ...changes,
  };
}
