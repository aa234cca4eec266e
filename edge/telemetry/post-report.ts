/** `POST /v1/telemetry` as a handler: 201 the first time, 200 whenever the same report comes again. */
import { jsonAnswer, NEVER, whenOk } from '../http/answer.ts';
import { problemResponse } from '../http/problem.ts';
import { insertReport } from '../store/report-rows.ts';
import { acceptReport } from './accept-report.ts';

export async function postReport(
  stores: { readonly db: D1Database; readonly nowMs: () => number },
  request: Request,
): Promise<Response | null> {
  const nowMs = stores.nowMs();
  return whenOk(await acceptReport(request, nowMs), async (report) => {
    const outcome = await insertReport(stores.db, report, new Date(nowMs).toISOString());
    if (outcome === 'different') {
      const detail = `Report ${report.id} was delivered before and said something else; this one was not taken.`;
      return problemResponse({ reason: 'report-differs', detail });
    }
    return jsonAnswer({ id: report.id }, NEVER, outcome === 'stored' ? 201 : 200);
  });
}
