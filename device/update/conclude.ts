/** The end of an attempt: verdict on disk first, then the journal, then the report to the edge (P10). */
import { ok, type Result } from '../../shared/result.ts';
import { deliverReports } from '../report/deliver.ts';
import { explainEnd } from '../report/explain-end.ts';
import { spoolReport } from '../report/spool.ts';
import { reportOf, type Verdict, verdictOf, verdictPath } from '../report/verdict.ts';
import type { AttemptEnd, UpdatePorts, UpdateResult } from './attempt.ts';
import { documentsDirectory, forgetDocuments } from './documents.ts';
import { type Journal, type JournalFailure, writeDurably } from './journal.ts';

export async function conclude(
  end: AttemptEnd,
  journal: Journal,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const { attempt } = journal;
  const endedAt = new Date(ports.clock.nowMs()).toISOString();
  const { outcome, modemState, failure } = end;
  const words = explainEnd(end, attempt);
  const verdict = verdictOf(attempt, {
    id: ports.newId(),
    outcome,
    modemState,
    reason: failure?.reason ?? null,
    ...words,
    endedAt,
  });
  const kept = await keepVerdict(verdict, journal, ports);
  if (!kept.ok)
    ports.events.onNote(`the verdict could not be written to ${kept.failure.path} (${kept.failure.why})`);
  const delivery = await deliverReports(ports, signal);
  return { kind: 'attempted', verdict, failure, delivery };
}

async function keepVerdict(
  verdict: Verdict,
  journal: Journal,
  ports: UpdatePorts,
): Promise<Result<void, JournalFailure>> {
  const { stateDir, door, identity } = ports;
  const written = await writeDurably(verdictPath(stateDir, door.key), JSON.stringify(verdict, null, 2));
  if (!written.ok) return written;
  const spooled = await spoolReport(stateDir, reportOf(verdict, identity));
  if (!spooled.ok) return spooled;
  if (verdict.outcome === 'unfinished') return ok();
  const closed = await journal.enter('reported');
  if (closed.ok) await forgetDocuments(documentsDirectory(stateDir, door.key));
  return closed;
}
