import { beforeEach, describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { REPORT_MAX_BYTES, SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import { aDevice, type Device, signedPost } from './a-device.ts';
import { setUpTelemetry } from './a-telemetry.ts';
import { type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

const telemetry = setUpTelemetry();
const { aReport, deliver, reports, archived, copyRow, countRows } = telemetry;
let edge: Edge;
let device: Device;
beforeEach(() => {
  ({ edge, device } = telemetry);
});

describe('POST /v1/telemetry', () => {
  it('takes a signed report, and shows it to the operator', async () => {
    const report = aReport();
    const response = await deliver(report);
    expect(response.status).toBe(202);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ id: report.id });
    expect(await reports()).toEqual([{ receivedAt: '2026-11-23T08:00:00.000Z', report }]);
  });

  it('takes the same report again as the same report, though it was signed anew', async () => {
    const report = aReport();
    expect((await deliver(report)).status).toBe(202);
    expect((await deliver(report, { createdAt: START_MS / 1000 + 60 })).status).toBe(202);
    expect(await reports()).toHaveLength(1);
  });

  it('keeps the first of two reports under one id, and the other in the archive alone', async () => {
    const report = aReport();
    await deliver(report);
    await deliver({ ...report, outcome: 'unfinished' });
    expect((await reports()).map((row) => row.report.outcome)).toEqual(['updated']);
    expect((await archived()).map(({ body }) => JSON.parse(body).outcome).sort()).toEqual([
      'unfinished',
      'updated',
    ]);
  });

  it('takes one report however many deliveries race', async () => {
    const report = aReport();
    const post = await signedPost(device, report);
    const responses = await Promise.all([1, 2, 3, 4].map(() => edge.request('/v1/telemetry', post)));
    expect(responses.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    await Promise.all([edge.drain(), edge.drain()]);
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

  it('of a stranger to the fleet is not taken, whatever its signature; two tokens are good while one is replaced', async () => {
    const FLEET_TOKEN_SHA256 = `${await sha256Hex(utf8('the-old-one'))},${await sha256Hex(utf8('the-new-one'))}`;
    const { clock, queue } = edge;
    const fleet = await edgeOn(edge.bucket, { clock, queue, vars: { FLEET_TOKEN_SHA256 } });
    const post = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return fleet.request('/v1/telemetry', await signedPost(device, aReport(), { headers }));
    };
    for (const authorization of [undefined, 'Bearer another', 'Basic x', `Bearer ${operatorToken}`]) {
      const refused = await post(authorization);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="cistern reports"');
      expect(await refusalOf(refused)).toMatchObject({ status: 401, code: 'fleet-token-needed' });
    }
    expect((await post('Bearer the-old-one')).status).toBe(202);
    expect((await post('Bearer the-new-one')).status).toBe(202);
    expect(edge.queue.waiting).toHaveLength(2);
  });

  it('of which the queue is down is not taken: the device keeps it', async () => {
    edge.queue.isDown = true;
    const response = await deliver(aReport());
    expect(response.headers.get('retry-after')).toBe('300');
    expect(await refusalOf(response)).toMatchObject({ status: 503, code: 'reports-not-taken' });
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
