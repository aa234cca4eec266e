/**
 * `POST /v1/telemetry` as a handler: verified, then queued, and 202. No database stands in the way: a million routers
 * after an outage meet the queue, and a report that the queue does not take stays in the router's spool (503).
 */
import { jsonAnswer, NEVER, whenOk } from '../http/answer.ts';
import { problemResponse } from '../http/problem.ts';
import { acceptReport } from './accept-report.ts';
import type { Queued } from './queued.ts';

export async function postReport(
  stores: {
    readonly reports: Queue<Queued>;
    readonly fleetTokens: readonly Uint8Array<ArrayBuffer>[];
    readonly nowMs: () => number;
  },
  request: Request,
): Promise<Response | null> {
  const nowMs = stores.nowMs();
  return whenOk(
    await acceptReport(request, { nowMs, fleetTokens: stores.fleetTokens }),
    async ({ id, received }) => {
      try {
        await stores.reports.send({ kind: 'report', receivedAt: new Date(nowMs).toISOString(), ...received });
      } catch (error) {
        console.error(JSON.stringify({ event: 'report-not-queued', id, message: String(error) }));
        return problemResponse(notTaken);
      }
      return jsonAnswer({ id }, NEVER, 202);
    },
  );
}

const notTaken = {
  reason: 'reports-not-taken',
  detail: 'Reports cannot be taken at the moment; this one was not. Keep it and send it again later.',
  headers: { 'retry-after': '300' },
} as const;
