import { beforeEach, describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { signatureBase, signatureFields } from '../../shared/http-signature.ts';
import { REPORT_MAX_BYTES, SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import { reportListSchema } from '../../shared/operator-api.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { EFA, EUGA } from './a-publisher.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

let edge: Edge;
let device: Device;

type Device = { readonly deviceId: string; readonly deviceKey: string; readonly privateKey: CryptoKey };

async function aDevice(): Promise<Device> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const raw = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
  return { deviceId: await sha256Hex(raw), deviceKey: toBase64(raw), privateKey: pair.privateKey };
}

function aReport(change: Partial<Report> = {}): Report {
  const { deviceId, deviceKey } = device;
  return report({ id: crypto.randomUUID(), deviceId, deviceKey, ...change });
}

type Tampering = {
  readonly by?: Device;
  readonly createdAt?: number;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

/** Delivers a report signed as the updater signs it, but for what `tampering` changes. */
async function deliver(report: unknown, tampering: Tampering = {}): Promise<Response> {
  const text = JSON.stringify(report);
  const request = {
    method: 'POST',
    path: tampering.path ?? '/v1/telemetry',
    contentType: 'application/json',
    contentDigest: await digestField(utf8(text)),
    createdAt: tampering.createdAt ?? START_MS / 1000,
    keyId: (tampering.by ?? device).deviceId,
  };
  const key = (tampering.by ?? device).privateKey;
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key, signatureBase(request)));
  return edge.request('/v1/telemetry', {
    method: 'POST',
    body: tampering.body ?? text,
    headers: {
      'content-type': request.contentType,
      'content-digest': request.contentDigest,
      ...signatureFields(request, signature),
      ...tampering.headers,
    },
  });
}

async function reports(
  query = '',
): Promise<readonly { readonly receivedAt: string; readonly report: Report }[]> {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const response = await edge.request(`/v1/operator/reports${query}`, { headers });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return reportListSchema.parse(await response.json()).reports;
}

/** The one stored report under another id, received at another time. */
const copyRow = ({ id, receivedAt }: { readonly id: string; readonly receivedAt: string }) =>
  edge.db
    .prepare(
      `INSERT INTO reports SELECT ?1, ?2, device_id, model, from_version, to_version, outcome, content_sha256, report
       FROM reports WHERE received_at = ?3`,
    )
    .bind(id, receivedAt, new Date(START_MS).toISOString());
const countRows = () => edge.db.prepare('SELECT count(*) AS count FROM reports').first<number>('count');

beforeEach(async () => {
  edge = await anEdge();
  device = await aDevice();
});

describe('POST /v1/telemetry', () => {
  it('takes a signed report, and shows it to the operator', async () => {
    const report = aReport();
    const response = await deliver(report);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ id: report.id });
    expect(await reports()).toEqual([{ receivedAt: '2026-11-23T08:00:00.000Z', report }]);
  });

  it('takes the same report again as the same report, though it was signed anew', async () => {
    const report = aReport();
    expect((await deliver(report)).status).toBe(201);
    expect((await deliver(report, { createdAt: START_MS / 1000 + 60 })).status).toBe(200);
    expect(await reports()).toHaveLength(1);
  });

  it('answers 409 to another report under a known id, and keeps the first', async () => {
    const report = aReport();
    await deliver(report);
    const response = await deliver({ ...report, outcome: 'unfinished' });
    expect(await refusalOf(response)).toMatchObject({ status: 409, code: 'report-differs' });
    expect((await reports())[0]?.report.outcome).toBe('updated');
  });

  it('takes one report however many deliveries race', async () => {
    const report = aReport();
    const responses = await Promise.all([1, 2, 3, 4].map(() => deliver(report)));
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect(await reports()).toHaveLength(1);
  });

  it('keeps the newest hundred of a device that reports without end, and all of others', async () => {
    const first = aReport();
    await deliver(first);
    const rows = Array.from({ length: 120 }, (_, i) =>
      copyRow({ id: crypto.randomUUID(), receivedAt: new Date(START_MS - (i + 1) * 60_000).toISOString() }),
    );
    await edge.db.batch(rows);
    const other = await aDevice();
    const { deviceId, deviceKey } = other;
    await deliver(aReport({ deviceId, deviceKey }), { by: other });
    expect(await countRows()).toBe(122);
    edge.clock.nowMs += 1000;
    const last = aReport();
    await deliver(last);
    expect(await countRows()).toBe(101);
    expect((await reports('?limit=1'))[0]?.report.id).toBe(last.id);
  });

  it('forgets what is older than 400 days as new reports come in', async () => {
    await deliver(aReport());
    edge.clock.nowMs += 401 * 24 * 60 * 60_000;
    const report = aReport();
    await deliver(report, { createdAt: edge.clock.nowMs / 1000 });
    expect((await reports()).map((row) => row.report.id)).toEqual([report.id]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['made by another key', async () => deliver(aReport(), { by: await aDevice() })],
    [
      'of another key that names ours',
      async () => {
        const other = await aDevice();
        return deliver(aReport(), { by: { ...other, deviceId: device.deviceId } });
      },
    ],
    ['whose device id is not that of its key', () => deliver(aReport({ deviceId: '0'.repeat(64) }))],
    ['over another path', () => deliver(aReport(), { path: '/v1/other' })],
    [
      'over another content type',
      () => deliver(aReport(), { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    ],
    ['over another body', () => deliver(aReport(), { body: JSON.stringify(aReport()) })],
    [
      'with another digest',
      async () => deliver(aReport(), { headers: { 'content-digest': await digestField(utf8('x')) } }),
    ],
    [
      'made too long ago',
      () => deliver(aReport(), { createdAt: START_MS / 1000 - SIGNATURE_CLOCK_SKEW_SECONDS - 1 }),
    ],
    [
      'made in the future',
      () => deliver(aReport(), { createdAt: START_MS / 1000 + SIGNATURE_CLOCK_SKEW_SECONDS + 1 }),
    ],
    ['that is missing', () => deliver(aReport(), { headers: { signature: '', 'signature-input': '' } })],
    [
      'of another form',
      () => deliver(aReport(), { headers: { 'signature-input': 'sig1=("@method");created=1' } }),
    ],
    [
      'with a key that is no point on the curve',
      () => {
        const raw = new Uint8Array(32).fill(2);
        return deliver(aReport({ deviceKey: toBase64(raw) }));
      },
    ],
  ])('refuses a signature %s, and does not say why', async (_, send) => {
    const response = await send();
    expect(response.headers.get('www-authenticate')).toContain('Signature');
    expect(response.headers.get('accept-signature')).toContain('"content-digest"');
    const refusal = await refusalOf(response);
    expect(refusal).toMatchObject({ status: 401, code: 'signature-invalid' });
    expect(refusal.detail).toBe(
      'The report was not taken. Sign it again with the key of this device and a right clock.',
    );
    expect(await reports()).toHaveLength(0);
  });

  it.each<[string, () => Promise<Response>, number, string]>([
    ['an unknown field', () => deliver({ ...aReport(), imei: '123' }), 422, 'body-invalid'],
    ['an outcome that is none', () => deliver({ ...aReport(), outcome: 'fine' }), 422, 'body-invalid'],
    ['no JSON', () => deliver(aReport(), { body: '{' }), 400, 'invalid-request'],
    [
      'another type',
      () => deliver(aReport(), { headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported-media-type',
    ],
    ['too much', () => deliver(aReport(), { body: ' '.repeat(REPORT_MAX_BYTES + 1) }), 413, 'body-too-large'],
  ])('refuses %s', async (_, send, status, code) => {
    expect(await refusalOf(await send())).toMatchObject({ status, code });
    expect(await reports()).toHaveLength(0);
  });
});

describe('GET /v1/operator/reports', () => {
  it('lists the newest first, of one model if asked', async () => {
    const ids: string[] = [];
    for (const model of [EUGA, EFA, EUGA]) {
      const report = aReport({ model });
      ids.push(report.id);
      await deliver(report);
      edge.clock.nowMs += 1000;
    }
    const listed = async (query: string) => (await reports(query)).map(({ report }) => report.id);
    expect(await listed('')).toEqual([ids[2], ids[1], ids[0]]);
    expect(await listed(`?model=${EUGA}`)).toEqual([ids[2], ids[0]]);
    expect(await listed('?limit=1')).toEqual([ids[2]]);
  });

  it.each(['?limit=0', '?limit=201', '?limit=x', '?model=none', '?since=1'])('refuses %s', async (query) => {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const response = await edge.request(`/v1/operator/reports${query}`, { headers });
    expect(await refusalOf(response)).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});
