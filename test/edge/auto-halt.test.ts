import { beforeEach, describe, expect, it } from 'vitest';
import { takeBatch } from '../../edge/telemetry/take-batch.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { auditListSchema } from '../../shared/operator-api.ts';
import { judgeRollout, type Rollout } from '../../shared/rollout.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import wranglerToml from '../../wrangler.toml?raw';
import { aDevice, reportOf, signedPost } from './a-device.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { anEdge, type Edge, edgeOn } from './an-edge.ts';
import { mustStore, published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { chainOf, pollOf, rolloutOf } from './visible-chain.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
  await published(edge);
  await mustStore(await putRollout(edge, rolloutOf()));
  edge.clock.nowMs += 1000;
});

const FAILED = { outcome: 'unconfirmed', lastStep: 'confirming', reason: 'worse-than-before' } as const;
const WELL = { outcome: 'updated', lastStep: 'confirming', reason: null } as const;
const deviceId = (n: number) => n.toString(16).padStart(64, '0');

/** Verified reports as they wait in the queue: so many devices, each with one. */
function wait(count: number, change: Partial<Report>, first = 0): void {
  for (let n = first; n < first + count; n++) {
    const said = report({ id: crypto.randomUUID(), deviceId: deviceId(n), toVersion: R06, ...change });
    edge.queue.waiting.push({
      kind: 'report',
      receivedAt: new Date(edge.clock.nowMs).toISOString(),
      body: JSON.stringify(said),
      signatureInput: '',
      signature: '',
    });
  }
}

async function rolloutInForce(): Promise<Rollout> {
  const { rollout } = await chainOf(edge);
  const { sha256 } = rollout.signed.targets[`${EUGA}/rollout.json`].hashes;
  const answer = await edge.request(`/v1/models/${EUGA}/targets/${EUGA}/${sha256}.rollout.json`);
  return answer.json();
}
const inForce = async () => (await rolloutInForce()).releases[0];

async function auditOf(action: string) {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const log = await edge.request('/v1/operator/audit', { headers });
  return auditListSchema.parse(await log.json()).entries.filter((entry) => entry.action === action);
}

describe('a release that fails', () => {
  it('is halted with the batch that shows it, says why, and devices hear of it with their next poll', async () => {
    const before = (await chainOf(edge)).timestamp.signed.version;
    wait(1, WELL);
    wait(5, FAILED, 1);
    edge.clock.nowMs += 1000;
    await edge.drain();
    const why =
      'halted by itself: failed on 5 of 6 devices that tried it, most of them at confirming (worse-than-before); at most 56 % can be succeeding';
    expect(await inForce()).toMatchObject({ version: R06, state: 'halted', why, percentage: 12.5 });
    expect((await pollOf(edge, { timestamp: before })).answer.rollout).toBeDefined();
    expect(await auditOf('rollout.halted')).toEqual([
      expect.objectContaining({ actor: 'auto-halt', target: `${EUGA} ${R06}`, outcome: 'done', detail: why }),
    ]);
  });

  it.each<[string, () => void]>([
    ['on too few', () => wait(4, FAILED)],
    [
      'on one device, often',
      () => {
        for (let i = 0; i < 6; i++) wait(1, FAILED);
      },
    ],
    [
      'nowhere: it was put off',
      () => wait(20, { outcome: 'unchanged', lastStep: 'ready', reason: 'not-wanted-by-user' }),
    ],
    [
      'in one of ten cases',
      () => {
        wait(90, WELL);
        wait(9, FAILED, 90);
      },
    ],
  ])('goes on where it failed %s', async (_, reports) => {
    reports();
    await edge.drain();
    expect((await inForce())?.state).toBe('running');
  });

  it('is halted though its failures come one by one, in batches of their own', async () => {
    for (let n = 0; n < 5; n++) {
      expect((await inForce())?.state).toBe('running');
      wait(1, FAILED, n);
      await edge.drain();
    }
    expect((await inForce())?.state).toBe('halted');
  });

  it('is halted though a thousand routers put it off after each failure', async () => {
    const putOff = { outcome: 'unchanged', lastStep: 'ready', reason: 'not-wanted-by-user' } as const;
    wait(4, FAILED);
    await edge.drain();
    edge.clock.nowMs += 1000;
    wait(1100, putOff, 100);
    await edge.drain();
    edge.clock.nowMs += 1000;
    wait(1, FAILED, 4);
    await edge.drain();
    expect((await inForce())?.state).toBe('halted');
  });

  it('runs again when a person resumes it, whatever was reported before, and is halted again by what comes after', async () => {
    wait(10, FAILED);
    await edge.drain();
    edge.clock.nowMs += 60_000;
    await mustStore(await putRollout(edge, rolloutOf()));
    edge.clock.nowMs += 60_000;
    wait(4, FAILED, 10);
    await edge.drain();
    await edge.runSchedule();
    expect((await inForce())?.state).toBe('running');
    wait(1, FAILED, 14);
    await edge.drain();
    expect(await inForce()).toMatchObject({
      state: 'halted',
      why: expect.stringContaining('5 of 5 devices'),
    });
  });

  it('is not held against by what was reported before it was offered', async () => {
    await mustStore(await putRollout(edge, { ...rolloutOf(), releases: [] }));
    wait(10, FAILED);
    await edge.drain();
    edge.clock.nowMs += 1000;
    await mustStore(await putRollout(edge, rolloutOf()));
    wait(1, WELL, 10);
    await edge.drain();
    expect((await inForce())?.state).toBe('running');
  });

  it('is halted by the schedule where the consumer did not get to it', async () => {
    wait(5, FAILED);
    await edge.queue.deliver((batch) => takeBatch(batch, edge));
    expect((await inForce())?.state).toBe('running');
    await edge.runSchedule();
    expect((await inForce())?.state).toBe('halted');
  });

  it('stays recalled where it was, and is not halted twice', async () => {
    await mustStore(await putRollout(edge, rolloutOf({ state: 'recalled', why: 'bricks' })));
    wait(20, FAILED);
    await edge.drain();
    expect(await inForce()).toMatchObject({ state: 'recalled', why: 'bricks' });
    expect(await auditOf('rollout.halted')).toEqual([]);
  });

  it('of which the rollout says nothing is left alone', async () => {
    wait(20, { ...FAILED, toVersion: 'EC25EUGAR06A09M4G_01.001.01.001' });
    wait(20, { ...FAILED, model: 'quectel/em05-m4g' as Report['model'] }, 20);
    await edge.drain();
    expect((await inForce())?.state).toBe('running');
  });
});

/** Device keys are free to make. */
describe('made-up successes', () => {
  const TOKEN = 'the-token-of-the-fleet';
  const MADE_UP = 60;

  /** Five routers of the fleet report a failure, then a stranger a success for each device he likes to make. */
  async function flooded(vars: Readonly<Record<string, string>>): Promise<readonly number[]> {
    const { clock, queue } = edge;
    const door = await edgeOn(edge.bucket, { clock, queue, vars });
    const statuses: number[] = [];
    const send = async (change: Partial<Report>, headers: Record<string, string>) => {
      const device = await aDevice();
      const said = reportOf(device, { toVersion: R06, ...change });
      const signed = { headers, createdAt: Math.floor(clock.nowMs / 1000) };
      const answer = await door.request('/v1/telemetry', await signedPost(device, said, signed));
      statuses.push(answer.status);
    };
    for (let n = 0; n < 5; n++) await send(FAILED, { authorization: `Bearer ${TOKEN}` });
    clock.nowMs += 1000;
    for (let n = 0; n < MADE_UP; n++) await send(WELL, {});
    await edge.drain();
    return statuses;
  }

  it('of strangers to the fleet are refused, and the release is halted', async () => {
    const statuses = await flooded({ REPORTS_FROM: '', FLEET_TOKEN_SHA256: await sha256Hex(utf8(TOKEN)) });
    expect(statuses).toEqual([...Array(5).fill(202), ...Array(MADE_UP).fill(401)]);
    expect(await inForce()).toMatchObject({ state: 'halted', why: expect.stringContaining('5 of 5') });
  });

  it('hide its failures where anybody may report, which is why production has to say so', async () => {
    expect(new Set(await flooded({ REPORTS_FROM: 'anybody' }))).toEqual(new Set([202]));
    expect((await inForce())?.state).toBe('running');
  });

  it('count on no environment but those that say so', () => {
    const [local = '', staging = '', production = ''] = wranglerToml.split(/\[env\.(?:staging|production)\]/);
    const says = (text: string) => /^REPORTS_FROM = "anybody"$/m.test(text);
    expect([local, staging, production].map(says)).toEqual([true, true, false]);
  });
});

/**
 * 2,000 devices, every fourth of the hardware that this release harms, let in at 20 %: they poll in turn, and each
 * reports what became of it. A batch of reports arrives with every hundred polls.
 */
it('a fleet of which a quarter is harmed loses a handful, not a hundred', async () => {
  const FLEET = 2000;
  await mustStore(await putRollout(edge, rolloutOf({ percentage: 20 })));
  const hurt = { withHalt: 0, without: 0 };
  const asItBegan = await rolloutInForce();
  let polled = asItBegan;
  for (let n = 0; n < FLEET; n++) {
    if (n % 100 === 0) {
      await edge.drain();
      polled = await rolloutInForce();
    }
    const device = { deviceId: deviceId(n), channel: 'stable', nowMs: edge.clock.nowMs } as const;
    if ((await judgeRollout(asItBegan, R06, device)).verdict === 'out') continue;
    const isHarmed = n % 4 === 0;
    if (isHarmed) hurt.without++;
    if ((await judgeRollout(polled, R06, device)).verdict === 'out') continue;
    if (isHarmed) hurt.withHalt++;
    wait(1, isHarmed ? FAILED : WELL, n);
  }
  expect((await inForce())?.state).toBe('halted');
  console.info(JSON.stringify(hurt));
  expect(hurt.without).toBeGreaterThan(80);
  expect(hurt.withHalt).toBeLessThan(25);
});
