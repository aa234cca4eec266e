/** A new attempt in the journal: the modem was looked at, and what it is to get was chosen. */
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { ModemPorts } from './attempt.ts';
import type { Attempt, Journal, JournalFailure, Origin } from './journal.ts';
import { journalOf } from './journal-of.ts';

export async function openAttempt(
  {
    left,
    ...subject
  }: {
    readonly model: ModelId;
    readonly fromVersion: string | null;
    readonly toVersion: string;
    readonly origin: Origin;
    /** What an earlier attempt left, where this one takes its place in the middle of the flashing. */
    readonly left?: Pick<Attempt, 'flashTouched' | 'snapshot'>;
  },
  ports: ModemPorts,
): Promise<Result<Journal, JournalFailure>> {
  const now = new Date(ports.clock.nowMs()).toISOString();
  const attempt: Attempt = {
    format: 'cistern-journal/1',
    attemptId: ports.newId(),
    modemKey: ports.door.key,
    where: ports.door.where,
    ...subject,
    step: 'identified',
    flashTouched: false,
    snapshot: null,
    stage: null,
    documents: null,
    ...left,
    startedAt: now,
    updatedAt: now,
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
  };
  const journal = journalOf(attempt, ports);
  const begun = await journal.enter('identified');
  const chosen = begun.ok ? await journal.enter('resolved') : begun;
  return chosen.ok ? ok(journal) : chosen;
}
