/** Reports wait on disk until the edge has taken them: a file each, named by its id, so none is sent as two. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../shared/result.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { type JournalFailure, writeDurably } from '../update/journal.ts';
import { SPOOL_MAX_REPORTS } from './limits.ts';

export async function spoolReport(stateDir: string, report: Report): Promise<Result<void, JournalFailure>> {
  await makeRoom(stateDir);
  return writeDurably(pathOf(stateDir, report.id), JSON.stringify(report));
}

/** Waiting reports, oldest first. Files that are not reports are removed: nobody will ever take them. */
export async function waitingReports(stateDir: string): Promise<readonly Report[]> {
  const directory = join(stateDir, 'spool');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const reports: Report[] = [];
  for (const name of (await readdir(directory)).filter((entry) => entry.endsWith('.json'))) {
    const report = await readReport(join(directory, name));
    if (report === null) await rm(join(directory, name), { force: true });
    else reports.push(report);
  }
  return reports.sort((a, b) => a.endedAt.localeCompare(b.endedAt));
}

export async function dropReport(stateDir: string, id: string): Promise<void> {
  await rm(pathOf(stateDir, id), { force: true });
}

async function makeRoom(stateDir: string): Promise<void> {
  const waiting = await waitingReports(stateDir);
  const tooMany = waiting.slice(0, Math.max(0, waiting.length + 1 - SPOOL_MAX_REPORTS));
  for (const report of tooMany) await dropReport(stateDir, report.id);
}

async function readReport(path: string): Promise<Report | null> {
  try {
    const report = reportSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return report.success ? report.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function pathOf(stateDir: string, id: string): string {
  return join(stateDir, 'spool', `${id}.json`);
}
