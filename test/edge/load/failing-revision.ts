/**
 * A fleet that is given a release which fails on one hardware revision, against the real Worker: devices ask once a
 * day, in the updater's window and at their own minute of it, judge the rollout document that the Worker serves, and
 * report signed; reports go through the queue. The operator lets more in every day and looks at nothing.
 */
import type { ModelId } from '../../../shared/model.ts';
import { judgeRollout, type Rollout } from '../../../shared/rollout.ts';
import type { Report } from '../../../shared/telemetry.ts';
import { aSimulatedDevice, type SimulatedDevice, signedReport } from '../../load/device.ts';
import { EUGA, R06 } from '../a-publisher.ts';
import type { Edge } from '../an-edge.ts';
import { mustStore, putRollout } from '../publish.ts';
import { pollOf, rolloutOf } from '../visible-chain.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Percentages, a day each. */
export const STAGES = [5, 20, 50, 100] as const;
/** `cistern schedule install` without more: 02:00 to 05:00. */
const WINDOW_MINUTES = 180;
/** Between two looks at the clock. */
const STEP_MINUTES = 5;
/** From asking to the report: download, flash, read back, restart. */
const UPDATE_MINUTES = 15;

const FAILED = { outcome: 'unconfirmed', lastStep: 'confirming', reason: 'worse-than-before' } as const;
const WELL = { outcome: 'updated', lastStep: 'confirming', reason: null } as const;

export type FleetDevice = SimulatedDevice & { readonly isOfRevision: boolean; readonly minute: number };

/** Devices that are the same in every run; `revisionPercent` of them are of the revision that it fails on. */
export async function aFleet(deviceCount: number, revisionPercent: number): Promise<readonly FleetDevice[]> {
  const devices = await Promise.all(
    Array.from({ length: deviceCount }, (_, n) => aSimulatedDevice(n, { model: EUGA, timestamp: 0 })),
  );
  return devices.map((device, n) => ({
    ...device,
    isOfRevision: n % 100 < revisionPercent,
    minute: Number.parseInt(device.deviceId.slice(-8), 16) % WINDOW_MINUTES,
  }));
}

export type Harm = {
  readonly triedCount: number;
  readonly hurtCount: number;
  /** The stage at which it was halted; `null` where it was not. */
  readonly haltedAtPercent: number | null;
};

/** `edge` has the release published, with all devices out. */
export async function rollOutTo(fleet: readonly FleetDevice[], edge: Edge): Promise<Harm> {
  const startMs = edge.clock.nowMs;
  const tried = new Set<FleetDevice>();
  const due: { readonly atMs: number; readonly device: FleetDevice }[] = [];
  const report = async (untilMs: number) => {
    while (due[0] !== undefined && due[0].atMs <= untilMs) {
      const { device } = due.shift() ?? due[0];
      await deliver(device, edge);
    }
    if (edge.queue.waiting.length > 0) await edge.drain();
  };
  const harm = (haltedAtPercent: number | null): Harm => {
    const hurtCount = [...tried].filter(({ isOfRevision }) => isOfRevision).length;
    return { triedCount: tried.size, hurtCount, haltedAtPercent };
  };
  for (const [day, percentage] of STAGES.entries()) {
    await mustStore(await putRollout(edge, rolloutOf({ percentage })));
    for (let minute = 0; minute < WINDOW_MINUTES + UPDATE_MINUTES; minute += STEP_MINUTES) {
      edge.clock.nowMs = startMs + day * DAY_MS + minute * MINUTE_MS;
      await report(edge.clock.nowMs);
      const inForce = await rolloutInForce(edge);
      for (const device of fleet) {
        if (device.minute < minute || device.minute >= minute + STEP_MINUTES || tried.has(device)) continue;
        const asks = { deviceId: device.deviceId, channel: 'stable', nowMs: edge.clock.nowMs } as const;
        if ((await judgeRollout(inForce, R06, asks)).verdict === 'out') continue;
        tried.add(device);
        due.push({ atMs: edge.clock.nowMs + UPDATE_MINUTES * MINUTE_MS, device });
      }
    }
    await report(Number.POSITIVE_INFINITY);
    if ((await rolloutInForce(edge)).releases[0]?.state === 'halted') return harm(percentage);
  }
  return harm(null);
}

async function deliver(device: FleetDevice, edge: Edge): Promise<void> {
  const said: Partial<Report> & { model: ModelId } = { model: EUGA, toVersion: R06 };
  const end = device.isOfRevision ? FAILED : WELL;
  const { headers, body } = await signedReport(device, { ...said, ...end }, edge.clock.nowMs);
  const own = { ...headers, 'cf-connecting-ip': device.address };
  await mustStore(await edge.request('/v1/telemetry', { method: 'POST', headers: own, body }));
}

/** As a device learns of it: by a poll, and the target that the signed rollout role names. */
async function rolloutInForce(edge: Edge): Promise<Rollout> {
  const { answer } = await pollOf(edge, { timestamp: 0 });
  const { signed } = JSON.parse(answer.rollout ?? '');
  const { sha256 } = signed.targets[`${EUGA}/rollout.json`].hashes;
  const file = await edge.request(`/v1/models/${EUGA}/targets/${EUGA}/${sha256}.rollout.json`);
  return (await mustStore(file)).json();
}
