/** Gate 2 of NAND: the modem's own partition table has calibration where the catalogue has it. */
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from '../firehose/firehose-failure.ts';
import type { FirehoseLink } from '../firehose/link.ts';
import { readNandTable } from '../firehose/nand-table.ts';
import { judgeOwnTable } from '../firehose/own-partitions.ts';
import type { FlashSession } from './flash-session.ts';
import type { Attempt } from './journal.ts';

export type Judged = Pick<FlashSession, 'onTableAbsent'> & {
  readonly plan: Pick<FlashPlan, 'storage' | 'protectedRanges' | 'programs' | 'erases'>;
  readonly journal: { readonly attempt: Pick<Attempt, 'flashTouched' | 'fromVersion'> };
};

/**
 * A modem that ran its firmware has started by this table, so it must show one (edl 1d). One that was found in EDL may
 * have lost it to a flashing that something else began and did not end: there its absence is only said. Once we have
 * erased, the table is not asked any more: it may be the very thing that is to be written.
 */
export async function judgeNand(
  { plan, journal, onTableAbsent }: Judged,
  link: FirehoseLink,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const { flashTouched, fromVersion } = journal.attempt;
  if (plan.storage.type !== 'nand' || flashTouched) return ok();
  const table = await readNandTable(link, plan.storage, signal);
  if (!table.ok) return table;
  if (table.value !== null) return judgeOwnTable({ partitions: table.value }, plan);
  if (fromVersion !== null) return err({ reason: 'modem-table-not-found' });
  onTableAbsent?.();
  return ok();
}
