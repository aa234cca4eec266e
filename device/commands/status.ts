/** `cistern status`: the journal and the last verdict. Asks neither modem nor network. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { commandToFinish } from '../report/explain-end.ts';
import { waitingReports } from '../report/spool.ts';
import { readVerdict } from '../report/verdict.ts';
import { isUnfinished, readAttempt } from '../update/journal.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { openModemSession } from './session.ts';
import { tellFailure } from './tell.ts';

export const statusCommand = buildCommand<CommonFlags, [], Context>({
  func: runStatus,
  parameters: { flags: commonFlags },
  docs: {
    brief: 'Show what the last update did, and whether it is finished',
    fullDescription: [
      'Reads the journal and the last verdict; asks neither modem nor network.',
      '',
      'Examples:',
      '  cistern status',
      '  cistern status --json',
    ].join('\n'),
  },
});

async function runStatus(this: Context, flags: CommonFlags): Promise<void> {
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  const told = { json: flags.json, state: 'Nothing was changed.' };
  if (!session.ok) return tellFailure(this, session.failure, told);
  const { door, stateDir } = session.value;
  const journal = await readAttempt(stateDir, door.key);
  if (!journal.ok) return tellFailure(this, journal.failure, told);
  const attempt = journal.value;
  const verdict = await readVerdict(stateDir, door.key);
  const waiting = (await waitingReports(stateDir)).length;
  const unfinished = attempt !== null && isUnfinished(attempt);
  if (flags.json) {
    this.stdout.write(
      `${JSON.stringify({ format: 'cistern-status/1', where: door.where, unfinished, attempt, verdict, waitingReports: waiting })}\n`,
    );
    return;
  }
  if (attempt === null) {
    this.stdout.write(`${door.where}: no update was ever begun from here\n`);
    return;
  }
  this.stdout.write(
    `${door.where}: ${attempt.fromVersion} -> ${attempt.toVersion}, begun ${attempt.startedAt}\n`,
  );
  this.stdout.write(
    unfinished ? `  unfinished at step ${attempt.step}: run ${commandToFinish(attempt)}\n` : '  finished\n',
  );
  if (verdict !== null) {
    this.stdout.write(
      `  ${verdict.outcome}: ${verdict.what}\n  state: ${verdict.state}\n  next:  ${verdict.next}\n`,
    );
    if (verdict.badBlocks !== undefined)
      this.stdout.write(`  flash: the programmer passed over ${verdict.badBlocks} bad block(s)\n`);
  }
  if (waiting > 0) this.stdout.write(`  ${waiting} report(s) wait for an uplink\n`);
}
