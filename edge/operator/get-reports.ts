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

export function getReports(db: D1Database, request: Request): Promise<Response | null> {
  return whenOk(readQuery(request.url, reportsQuerySchema), async (query) => {
    const isExport = (request.headers.get('accept') ?? '').includes(NDJSON);
    if (isExport) return request.method === 'HEAD' ? exported(null) : exported(exportLines(db, query));
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

/** `limit` bounds a page of JSON; an export is bounded by what one request may cost, and goes on with `before`. */
function exportLines(db: D1Database, query: ReportsQuery): ReadableStream {
  let before = wanted(query).before ?? null;
  let count = 0;
  return new ReadableStream({
    async pull(controller) {
      const page = await listReports(db, { ...wanted(query), before, limit: EXPORT_PAGE });
      count += page.length;
      if (page.length > 0)
        controller.enqueue(utf8(page.map((stored) => `${JSON.stringify(stored)}\n`).join('')));
      const next = nextOf(page, EXPORT_PAGE);
      before = next === null ? null : parseCursor(next);
      if (before === null || count >= EXPORT_MAX) controller.close();
    },
  });
}
