/**
 * What flashing costs the host: time on the clock and on the processor for each MB, from a verified stage into the
 * simulated modem over TCP, against what that TCP link carries by itself at the same transfer size.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../../device/clock.ts';
import { verifyStage } from '../../device/stage/staged-package.ts';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { openDoor } from '../../device/transport/open-door.ts';
import { enterEdl } from '../../device/update/enter-edl.ts';
import { runFlashSession } from '../../device/update/flash-session.ts';
import { Journal } from '../../device/update/journal.ts';
import { DEFAULT_UPDATE_TIMINGS as timings } from '../../device/update/limits.ts';
import { planOf } from '../../device/update/staged-plan.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { must } from '../support/local-release.ts';
import { startModem } from '../support/modem-process.ts';
import { readDocuments } from '../support/release-documents.ts';
import type { Comparison } from './comparison.ts';
import { fetchRelease } from './fetch-release.ts';
import { MODEM_REBOOT_MS, TRANSFER_BYTES } from './limits.ts';
import { measureRawLink } from './raw-link.ts';
import { RELEASE, type Scene } from './scene.ts';
import { sum } from './statistics.ts';
import { type Cost, measureSteps, PROCESS_CLOCKS } from './step-costs.ts';

export async function benchFlash(scene: Scene): Promise<Comparison[]> {
  const repository = await scene.published(RELEASE);
  const documents = await readDocuments(repository, RELEASE.version, await scene.scratch('documents'));
  const { stage } = await fetchRelease(documents, repository.url);
  const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: MODEM_REBOOT_MS });
  scene.atEnd(() => modem.stop());
  try {
    const raw = await measureRawLink();
    const flashed = await flash(scene, stage, documents, modem.locator);
    const rawAgain = await measureRawLink();
    const link = {
      megabytes: (raw.bytes + rawAgain.bytes) / 1e6,
      wallMs: raw.wallMs + rawAgain.wallMs,
      cpuMs: raw.cpuMs + rawAgain.cpuMs,
    };
    return compare(flashed, link);
  } finally {
    await modem.stop();
    await stage.release();
  }
}

type Flashed = { readonly megabytes: number; readonly costs: ReadonlyMap<string, Cost> };

async function flash(
  scene: Scene,
  stage: Parameters<typeof verifyStage>[0]['stage'],
  documents: Awaited<ReturnType<typeof readDocuments>>,
  locator: string,
): Promise<Flashed> {
  const never = new AbortController().signal;
  const staged = must(await verifyStage({ stage, ...documents }, never));
  const plan = must(await planOf(staged, documents.entry));
  const door = must(await openDoor(locator, systemPorts));
  const opened = must(await enterEdl(staged, door, { timings, clock: systemClock }, never));
  const steps = measureSteps(PROCESS_CLOCKS);
  const now = new Date().toISOString();
  const attempt = {
    format: 'cistern-journal/1',
    attemptId: randomUUID(),
    modemKey: door.key,
    where: door.where,
    model: documents.entry.model,
    fromVersion: DEMO_OLD_VERSION,
    toVersion: RELEASE.version,
    origin: { kind: 'repository' },
    step: 'entering-edl' satisfies UpdateStep,
    flashTouched: false,
    snapshot: null,
    stage: stage.proof,
    documents: null,
    startedAt: now,
    updatedAt: now,
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
  } as const;
  const journalFile = join(await scene.scratch('journal'), 'journal.json');
  const journal = new Journal(journalFile, attempt, systemClock, steps.begin);
  const { entry } = documents;
  const session = { pipe: opened.pipe, staged, plan, entry, journal, timings, onProgress: () => {} };
  must(await runFlashSession(session, never));
  await opened.pipe.close();
  const megabytes =
    sum(plan.programs.map(({ sectorCount }) => sectorCount * sectorBytesOf(plan.storage))) / 1e6;
  return { megabytes, costs: steps.end() };
}

function compare(
  { megabytes, costs }: Flashed,
  link: { readonly megabytes: number; readonly wallMs: number; readonly cpuMs: number },
): Comparison[] {
  const costOf = (step: UpdateStep): Cost => {
    const cost = costs.get(step);
    if (cost === undefined) throw new Error(`the session never came to ${step}`);
    return cost;
  };
  const programming = costOf('programming');
  const reading = costOf('reading-back');
  const name = `raw TCP link at ${TRANSFER_BYTES} bytes`;
  const row = (what: string, unit: string, ours: number, peer: number, more: Partial<Comparison> = {}) => {
    return { bench: 'flash', what, unit, ours, peer: { name, figure: peer }, ...more };
  };
  const rawRate = (link.megabytes / link.wallMs) * 1000;
  const rawCpu = link.cpuMs / link.megabytes;
  return [
    row(`programming ${megabytes.toFixed(1)} MB`, 'MB/s', (megabytes / programming.wallMs) * 1000, rawRate, {
      goal: { kind: 'ratio-at-least', bound: 0.9 },
      note: 'the goal was set for USB/IP, a slower link; here the other end of ours is the simulated modem, which works for every page, and that of the raw link forgets what it gets',
    }),
    row('programming, CPU of the host', 'ms/MB', programming.cpuMs / megabytes, rawCpu, {
      note: 'ours reads, unpacks and hashes every chunk again on its way to the modem',
    }),
    row('reading back and comparing', 'MB/s', (megabytes / reading.wallMs) * 1000, rawRate),
    row('reading back, CPU of the host', 'ms/MB', reading.cpuMs / megabytes, rawCpu),
    {
      bench: 'flash',
      what: 'host time beside qdl over USB/IP',
      unit: 's/MB',
      ours: programming.wallMs / 1000 / megabytes,
      peer: { name: 'qdl', figure: { missing: 'USB/IP needs the virtual machine of test/vm' } },
      goal: { kind: 'ratio-at-most', bound: 0.5 },
    },
  ];
}
