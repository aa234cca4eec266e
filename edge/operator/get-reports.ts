/**
 * `GET /v1/operator/reports`: newest first, in pages of JSON; or all of them as NDJSON, a report a line, for who asks
 * for `application/x-ndjson`. An export is read page by page as its reader takes it, and is never in memory as a whole.
 */
import { utf8 } from '../../shared/bytes.ts';
import { jsonAnswer, NEVER, readQuery, whenOk } from '../http/answer.ts';
import { EXPORT_MAX, EXPORT_PAGE } from '../limits.ts';
import { listReports, type ReportQuery, type StoredReport } from '../store/report-rows.ts';
import { cursorText, parseCursor, type ReportsQuery, reportsQuerySchema } from './reports-query.ts';

const NDJSON = 'application/x-ndjson';

export function getReports(
  db: D1Database,
  request: Request,
  { exportMax }: { readonly exportMax: number } = { exportMax: EXPORT_MAX },
): Promise<Response | null> {
  return whenOk(readQuery(request.url, reportsQuerySchema), async (query) => {
    const isExport = (request.headers.get('accept') ?? '').includes(NDJSON);
    if (isExport)
      return request.method === 'HEAD' ? exported(null) : exported(exportLines(db, query, exportMax));
    const reports = await listReports(db, wanted(query));
    return jsonAnswer({ reports, next: nextOf(reports, query.limit) }, NEVER);
  });
}

function wanted({ model, since, until, before, limit }: ReportsQuery): ReportQuery {
  return {
    model: model ?? null,
    since: normal(since),
    until: normal(until),
    before: before === undefined ? null : parseCursor(before),
    limit,
  };
}

/** As rows are written: instants are compared as texts. */
function normal(instant: string | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}

function nextOf(reports: readonly StoredReport[], limit: number): string | null {
  const last = reports.at(-1);
  if (last === undefined || reports.length < limit) return null;
  return cursorText({ receivedAt: last.receivedAt, id: last.report.id });
}

function exported(body: ReadableStream | null): Response {
  return new Response(body, { headers: { 'content-type': NDJSON, 'cache-control': NEVER } });
}

/**
 * `limit` bounds a page of JSON; an export is bounded by what one request may cost. One that was cut says so in its last
 * line, `{"next":"…"}`, and goes on with that as `before`; one whose last line is a report is whole.
 */
function exportLines(db: D1Database, query: ReportsQuery, max: number): ReadableStream {
  let before = wanted(query).before ?? null;
  let count = 0;
  return new ReadableStream({
    async pull(controller) {
      const limit = Math.min(EXPORT_PAGE, max - count);
      const page = await listReports(db, { ...wanted(query), before, limit });
      count += page.length;
      const next = nextOf(page, limit);
      const isCut = next !== null && count >= max && (await goesOn(db, query, next));
      const lines = isCut ? [...page, { next }] : page;
      if (lines.length > 0)
        controller.enqueue(utf8(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
      before = next === null ? null : parseCursor(next);
      if (before === null || count >= max) controller.close();
    },
  });
}

async function goesOn(db: D1Database, query: ReportsQuery, next: string): Promise<boolean> {
  const [more] = await listReports(db, { ...wanted(query), before: parseCursor(next), limit: 1 });
  return more !== undefined;
}
