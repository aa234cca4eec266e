/** Reports wait on disk until the edge has taken them: a file each, named by its id, so none is sent as two. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../shared/result.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { type JournalFailure, writeDurably } from '../update/journal.ts';
import { SPOOL_MAX_REPORTS } from './limits.ts';

export async function spoolReport(stateDir: string, report: Report): Promise<Result<void, JournalFailure>> {
  await makeRoom(stateDir);
  return writeDurably(pathOf(stateDir, report.id), JSON.stringify(report));
}

/**
 * Waiting reports, oldest first. What cannot be read does not wait: a dead disk must not stand between a person and
 * the verdict (P10). Changes nothing.
 */
export async function waitingReports(stateDir: string): Promise<readonly Report[]> {
  const reports = (await readSpool(stateDir)).flatMap(({ content }) =>
    content === null || content === 'not a report' ? [] : [content],
  );
  return reports.sort((a, b) => a.endedAt.localeCompare(b.endedAt));
}

type SpoolFile = { readonly path: string; readonly content: Report | 'not a report' | null };

async function readSpool(stateDir: string): Promise<readonly SpoolFile[]> {
  const directory = join(stateDir, 'spool');
  const names = await readdir(directory).catch(() => []);
  const files: SpoolFile[] = [];
  for (const name of names.filter((entry) => entry.endsWith('.json'))) {
    const path = join(directory, name);
    files.push({ path, content: await readReport(path) });
  }
  return files;
}

export async function dropReport(stateDir: string, id: string): Promise<void> {
  await remove(pathOf(stateDir, id));
}

/** What cannot be removed is delivered again, which its id makes harmless. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}

/** Files that are not reports go too: nobody will ever take them. */
async function makeRoom(stateDir: string): Promise<void> {
  for (const { path, content } of await readSpool(stateDir)) {
    if (content === 'not a report') await remove(path);
  }
  const waiting = await waitingReports(stateDir);
  const tooMany = waiting.slice(0, Math.max(0, waiting.length + 1 - SPOOL_MAX_REPORTS));
  for (const report of tooMany) await dropReport(stateDir, report.id);
}

/** null where the disk does not give it back. */
async function readReport(path: string): Promise<Report | 'not a report' | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const report = reportSchema.safeParse(JSON.parse(text));
    return report.success ? report.data : 'not a report';
  } catch {
    return 'not a report';
  }
}

function pathOf(stateDir: string, id: string): string {
  return join(stateDir, 'spool', `${id}.json`);
}
