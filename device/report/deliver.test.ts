import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import { report } from '../../shared/test-documents.ts';
import type { Http } from '../http/http.ts';
import { type DeliveryPorts, deliverReports } from './deliver.ts';
import { spoolReport, waitingReports } from './spool.ts';

let stateDir: string;
let sent: Readonly<Record<string, string>>[];

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'deliver-'));
  sent = [];
  await spoolReport(stateDir, report());
});
afterEach(() => rm(stateDir, { recursive: true }));

/** A repository that answers every report so. */
function ports(status: number, change: Partial<DeliveryPorts> = {}): DeliveryPorts {
  const post: Http['post'] = async (_, { headers }) => {
    sent.push(headers ?? {});
    return ok({ status, headers: {}, bytes: new Uint8Array() });
  };
  return {
    stateDir,
    repositoryUrl: 'https://fw.example',
    http: { post } as Http,
    clock: { nowMs: () => 0 } as DeliveryPorts['clock'],
    identity: {
      deviceId: 'ab'.repeat(32),
      publicKey: new Uint8Array(32),
      signer: { sign: async () => new Uint8Array(64) },
    } as unknown as DeliveryPorts['identity'],
    ...change,
  };
}

const deliver = (given: DeliveryPorts) => deliverReports(given, new AbortController().signal);

describe('a report', () => {
  it.each([202, 200, 201, 409])('that is answered %i waits no more', async (status) => {
    expect(await deliver(ports(status))).toMatchObject({ waiting: 0, why: null });
    expect(await waitingReports(stateDir)).toEqual([]);
  });

  it.each([401, 429, 503])('that is answered %i is kept', async (status) => {
    expect(await deliver(ports(status))).toMatchObject({ waiting: 1, why: `HTTP status ${status}` });
    expect(await waitingReports(stateDir)).toHaveLength(1);
  });
});

describe('a report that the repository will never have', () => {
  it.each([400, 413, 422])('answered %i holds up none of the others, and is kept', async (refusal) => {
    const later = report({ id: '11111111-1111-4111-8111-111111111111' });
    await spoolReport(stateDir, later);
    const [first] = await waitingReports(stateDir);
    const given = ports(202);
    let asked = 0;
    const post: Http['post'] = async (url, options, signal) =>
      asked++ === 0
        ? ok({ status: refusal, headers: {}, bytes: new Uint8Array() })
        : given.http.post(url, options, signal);
    expect(await deliver({ ...given, http: { post } as Http })).toMatchObject({
      waiting: 1,
      why: `HTTP status ${refusal}`,
    });
    expect((await waitingReports(stateDir)).map(({ id }) => id)).toEqual([first?.id]);
  });
});

describe('a router that woke up in 1970', () => {
  const NOW = 'Mon, 23 Nov 2026 10:00:00 GMT';
  const repository = (date: string): Http =>
    ({
      post: async (_: string, { headers }: { headers: Readonly<Record<string, string>> }) => {
        sent.push(headers);
        const isNow = headers['signature-input']?.includes(`created=${Date.parse(NOW) / 1000}`);
        return ok({ status: isNow ? 202 : 401, headers: { date }, bytes: new Uint8Array() });
      },
    }) as unknown as Http;

  it('signs by the time that the repository says', async () => {
    expect(await deliver(ports(0, { http: repository(NOW) }))).toMatchObject({ waiting: 0, why: null });
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['says nothing of the time', ''],
    ['says the same time', 'Thu, 01 Jan 1970 00:00:10 GMT'],
  ])('asks once where the repository %s', async (_, date) => {
    expect(await deliver(ports(0, { http: repository(date) }))).toMatchObject({ waiting: 1 });
    expect(sent).toHaveLength(1);
  });
});

describe('the fleet token', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['https://fw.example', 'a-token-of-the-fleet', 'Bearer a-token-of-the-fleet'],
    ['http://127.0.0.1:8787', 'a-token-of-the-fleet', 'Bearer a-token-of-the-fleet'],
    ['http://fw.example', 'a-token-of-the-fleet', undefined],
    ['https://fw.example', undefined, undefined],
  ])('to %s, being %s, goes as %s', async (repositoryUrl, fleetToken, authorization) => {
    await deliver(ports(202, { repositoryUrl, ...(fleetToken === undefined ? {} : { fleetToken }) }));
    expect(sent[0]?.authorization).toBe(authorization);
    expect(sent[0]?.signature).toMatch(/^cistern=:/);
  });
});
