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
