import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { anEdge, brokenDb, type Edge, edgeOn } from './an-edge.ts';
import { mustStore, published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { rolloutOf } from './visible-chain.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const headers = { authorization: `Bearer ${operatorToken}` };
const metrics = async (on: Edge = edge) => (await on.request('/metrics', { headers })).text();

function wait(change: Partial<Report>): void {
  edge.queue.waiting.push({
    kind: 'report',
    receivedAt: new Date(edge.clock.nowMs).toISOString(),
    body: JSON.stringify(report({ id: crypto.randomUUID(), ...change })),
    signatureInput: '',
    signature: '',
  });
}

describe('GET /metrics', () => {
  it('counts reports by model and outcome, each once, and keeps counting when rows are forgotten', async () => {
    const again = crypto.randomUUID();
    for (const id of [again, again, crypto.randomUUID()]) wait({ id });
    wait({ outcome: 'unchanged' });
    await edge.drain();
    await edge.db.prepare('DELETE FROM reports').run();
    const text = await metrics();
    expect(text).toContain(`cistern_reports_total{model="${EUGA}",outcome="updated"} 2\n`);
    expect(text).toContain(`cistern_reports_total{model="${EUGA}",outcome="unchanged"} 1\n`);
    expect(text.endsWith('# EOF\n')).toBe(true);
  });

  it('is OpenMetrics, and never kept', async () => {
    const response = await edge.request('/metrics', { headers });
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('names each release that is halted now, since when and by whom', async () => {
    await published(edge);
    const halted = () => metrics().then((text) => text.match(/^cistern_release_halted_seconds\{.*$/gm));
    await mustStore(await putRollout(edge, rolloutOf()));
    expect(await halted()).toBeNull();
    await mustStore(await putRollout(edge, rolloutOf({ state: 'halted', why: 'no SIM' })));
    edge.clock.nowMs += 90_000;
    expect(await halted()).toEqual([
      `cistern_release_halted_seconds{model="${EUGA}",version="${R06}",by="operator"} 90`,
    ]);
    await mustStore(await putRollout(edge, rolloutOf()));
    expect(await halted()).toBeNull();
  });

  it('says what waits in the queue and what died in it', async () => {
    wait({});
    await edge.archive.put('dead/m1.json', '{}');
    const text = await metrics();
    expect(text).toContain('cistern_queue_messages 1\n');
    expect(text).toContain('cistern_dead_letters{kind="dead"} 1\n');
    expect(text).toContain('cistern_dead_letters{kind="unreadable"} 0\n');
  });

  it('asks the platform’s queue', async () => {
    const { backlogCount } = await env.REPORTS.metrics();
    expect(backlogCount).toBe(0);
  });

  it('says what it cannot see while D1 fails, and tells the rest', async () => {
    const failing = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb });
    const text = await metrics(failing);
    expect(text).toContain('cistern_collected{part="reports"} 0\n');
    expect(text).toContain('cistern_collected{part="queue"} 1\n');
    expect(text).toContain('cistern_queue_messages 0\n');
  });
});
