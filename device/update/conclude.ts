/** The end of an attempt: verdict on disk first, then the journal, then the report to the edge (P10). */
import type { Result } from '../../shared/result.ts';
import { explainEnd } from '../report/explain-end.ts';
import { spoolReport } from '../report/spool.ts';
import { reportOf, type Verdict, verdictOf, verdictPath } from '../report/verdict.ts';
import { type AttemptEnd, type FlashPorts, isOver, type ModemPorts, type UpdateResult } from './attempt.ts';
import { documentsDirectory, forgetDocuments } from './documents.ts';
import { rememberEnd } from './failed-here.ts';
import { type Journal, type JournalFailure, writeDurably } from './journal.ts';

export async function conclude(
  end: AttemptEnd,
  journal: Journal,
  ports: FlashPorts,
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
  const report = reportOf(verdict, ports.identity);
  const written = await keepVerdict(verdict, ports);
  const remembered = await rememberEnd(ports.stateDir, verdict);
  if (!remembered.ok) tellUnwritten('how this release ended here', remembered.failure, ports);
  const spooled = await spoolReport(ports.stateDir, report);
  if (!spooled.ok) tellUnwritten('the report', spooled.failure, ports);
  if (written.ok && spooled.ok && isOver(verdict)) await closeJournal(journal, ports);
  const delivery = await ports.uplink.deliver(signal, spooled.ok ? [] : [report]);
  return { kind: 'attempted', verdict, failure, delivery };
}

async function keepVerdict(
  verdict: Verdict,
  ports: Pick<ModemPorts, 'stateDir' | 'door' | 'events'>,
): Promise<Result<void, JournalFailure>> {
  const path = verdictPath(ports.stateDir, ports.door.key);
  const written = await writeDurably(path, JSON.stringify(verdict, null, 2));
  if (!written.ok) tellUnwritten('the verdict', written.failure, ports);
  return written;
}

/** While the journal is open the next run takes the attempt up, which is harmless: the modem has had its word. */
async function closeJournal(journal: Journal, ports: ModemPorts): Promise<void> {
  const closed = await journal.close();
  if (closed.ok) await forgetDocuments(documentsDirectory(ports.stateDir, ports.door.key));
  else tellUnwritten('the end of the attempt', closed.failure, ports);
}

function tellUnwritten(what: string, { path, why }: JournalFailure, { events }: Pick<ModemPorts, 'events'>) {
  events.onNote(`${what} could not be written to ${path} (${why})`);
}
