import { beforeEach, expect } from 'vitest';
import type { ReceivedReport } from '../../edge/telemetry/queued.ts';
import { reportListSchema } from '../../shared/operator-api.ts';
import type { Report } from '../../shared/telemetry.ts';
import { aDevice, type Device, reportOf, signedPost, type Tampering } from './a-device.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

/** A fresh edge and a device before each test of the file, and what is asked of both. */
export function setUpTelemetry() {
  const at = {} as { edge: Edge; device: Device };
  beforeEach(async () => {
    at.edge = await anEdge();
    at.device = await aDevice();
  });

  const aReport = (change: Partial<Report> = {}) => reportOf(at.device, change);
  /** Posts a report, and lets the queue deliver what it took. */
  async function deliver(report: unknown, tampering: Tampering = {}): Promise<Response> {
    const response = await at.edge.request('/v1/telemetry', await signedPost(at.device, report, tampering));
    await at.edge.drain();
    return response;
  }

  async function reports(
    query = '',
  ): Promise<readonly { readonly receivedAt: string; readonly report: Report }[]> {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const response = await at.edge.request(`/v1/operator/reports${query}`, { headers });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return reportListSchema.parse(await response.json()).reports;
  }

  const ask = (query: string, headers: Record<string, string> = {}) =>
    at.edge.request(`/v1/operator/reports${query}`, {
      headers: { authorization: `Bearer ${operatorToken}`, ...headers },
    });

  /** The lines of all that is archived. */
  async function archived(): Promise<ReceivedReport[]> {
    const { objects } = await at.edge.archive.list({ prefix: 'reports/' });
    const texts = await Promise.all(
      objects.map(async ({ key }) => (await at.edge.archive.get(key))?.text() ?? ''),
    );
    return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
  }

  /** The one stored report under another id, received at another time. */
  const copyRow = ({ id, receivedAt }: { readonly id: string; readonly receivedAt: string }) =>
    at.edge.db
      .prepare(
        `INSERT INTO reports SELECT ?1, ?2, device_id, model, from_version, to_version, outcome, content_sha256, json_set(report, '$.id', ?1)
       FROM reports WHERE received_at = ?3`,
      )
      .bind(id, receivedAt, new Date(START_MS).toISOString());
  const countRows = () => at.edge.db.prepare('SELECT count(*) AS count FROM reports').first<number>('count');

  return Object.assign(at, { aReport, deliver, reports, ask, archived, copyRow, countRows });
}
