/** The flash engine against the simulated modem, without a repository: one session, and what it leaves behind. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../device/clock.ts';
import { verifyStage } from '../device/stage/staged-package.ts';
import { awaitIdentity } from '../device/update/confirm.ts';
import { enterEdl } from '../device/update/enter-edl.ts';
import { type FlashSession, runFlashSession } from '../device/update/flash-session.ts';
import { Journal } from '../device/update/journal.ts';
import { planOf } from '../device/update/staged-plan.ts';
import { parseModelId } from '../shared/model.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from './firmware/demo-package.ts';
import { SimulatedModem } from './modem/modem.ts';
import { flashFingerprint } from './support/flash-fingerprint.ts';
import { inProcessDoor } from './support/in-process-door.ts';
import { DEMO_MODEL, filledStage, type LocalRelease, localRelease, must } from './support/local-release.ts';
import { SHORT_TIMINGS } from './support/short-timings.ts';

let directory = '';
let release: LocalRelease;
const never = new AbortController().signal;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cistern-flash-'));
  release = await localRelease(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function flash(modem: SimulatedModem, extra: Partial<FlashSession> = {}) {
  const stage = await filledStage(release, directory);
  const staged = must(await verifyStage({ stage, ...release.documents }, never));
  const plan = must(await planOf(staged, release.documents.entry));
  const door = inProcessDoor(modem);
  const now = new Date().toISOString();
  const model = parseModelId(DEMO_MODEL);
  if (model === null) throw new Error(DEMO_MODEL);
  const journal = new Journal(
    join(directory, `${randomUUID()}.json`),
    {
      format: 'cistern-journal/1',
      attemptId: randomUUID(),
      modemKey: door.key,
      where: door.where,
      model,
      fromVersion: DEMO_OLD_VERSION,
      toVersion: DEMO_NEW_VERSION,
      origin: { kind: 'repository' },
      step: 'entering-edl',
      flashTouched: false,
      snapshot: null,
      stage: stage.proof,
      documents: null,
      startedAt: now,
      updatedAt: now,
      fetchedBytes: 0,
      programmedBytes: 0,
      flashAttempts: 0,
    },
    systemClock,
    () => {},
  );
  const ports = { timings: SHORT_TIMINGS, clock: systemClock, door };
  const opened = must(await enterEdl(staged, door, ports, never));
  const session = {
    pipe: opened.pipe,
    staged,
    plan,
    entry: release.documents.entry,
    journal,
    timings: SHORT_TIMINGS,
    onProgress: () => {},
    ...extra,
  };
  const flashed = await runFlashSession(session, never);
  await opened.pipe.close();
  return { flashed, journal, ports };
}

describe('a flash session', () => {
  it('leaves a modem that boots the new firmware, with its calibration untouched', async () => {
    const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION, timing: { departureMs: 1 } });
    const calibration = modem.calibrationDigest();
    const { flashed, journal, ports } = await flash(modem);
    expect(flashed).toEqual({ ok: true, value: undefined });
    expect(journal.attempt.step).toBe('resetting');
    const identity = must(await awaitIdentity(ports));
    expect(identity.version.text).toBe(DEMO_NEW_VERSION);
    expect(modem.calibrationDigest()).toBe(calibration);
    modem.close();
  });

  it('keeps how many bad blocks the programmer passed over', async () => {
    const modem = new SimulatedModem({
      firmware: DEMO_OLD_VERSION,
      badBlocks: [206, 300],
      timing: { departureMs: 1 },
    });
    const { flashed, journal } = await flash(modem);
    expect(flashed).toEqual({ ok: true, value: undefined });
    expect(journal.attempt.badBlocks).toBe(2);
    modem.close();
  });

  it.each([
    ['its chip', { msmIds: ['000460e1'], oemKeyHashes: null }],
    ['its signing key', { msmIds: ['000480e1'], oemKeyHashes: ['00'.repeat(32)] }],
  ])('sends a modem back as it came when %s is another', async (_, expectedHardware) => {
    const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION, timing: { departureMs: 1 } });
    const { flashed, journal, ports } = await flash(modem, { expectedHardware });
    expect(flashed).toMatchObject({ ok: false, failure: { reason: 'wrong-hardware' } });
    expect([journal.attempt.step, journal.attempt.flashTouched]).toEqual(['loading-programmer', false]);
    expect(must(await awaitIdentity(ports)).version.text).toBe(DEMO_OLD_VERSION);
    modem.close();
  });

  it.each([
    [
      'asks a modem for its chip and key where they are known, and goes on',
      'normal',
      ['chip', 'signing key'],
    ],
    ['cannot ask a programmer of its own that ran already, and goes on', 'programmer', null],
  ] as const)('%s', async (_, startIn, compared) => {
    const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION, startIn, timing: { departureMs: 1 } });
    const expectedHardware = { msmIds: ['000480e1'], oemKeyHashes: [modem.model.rootKeyHash] };
    const onHardwareCompared = vi.fn();
    const { flashed, ports } = await flash(modem, {
      expectedHardware,
      onHardwareCompared,
      runningProgrammer: 'ours',
    });
    expect(flashed).toEqual({ ok: true, value: undefined });
    expect(onHardwareCompared.mock.calls).toEqual([[compared]]);
    expect(must(await awaitIdentity(ports)).version.text).toBe(DEMO_NEW_VERSION);
    modem.close();
  });

  it.each([
    ['unknown', 'foreign-programmer'],
    ['has-refused', 'programmer'],
  ] as const)(
    'restarts a programmer that is %s, and sends it nothing else',
    async (runningProgrammer, startIn) => {
      const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION, startIn, timing: { departureMs: 1 } });
      const before = flashFingerprint(modem);
      const { flashed, ports } = await flash(modem, { runningProgrammer });
      expect(flashed).toEqual({ ok: false, failure: { reason: 'sahara-stale-session' } });
      expect(must(await awaitIdentity(ports)).version.text).toBe(DEMO_OLD_VERSION);
      expect(flashFingerprint(modem)).toBe(before);
      modem.close();
    },
  );
});

describe('a partition that the programmer refuses', () => {
  const refusing = (occurrences: readonly number[], phase: 'start' | 'end') =>
    new SimulatedModem({
      firmware: DEMO_OLD_VERSION,
      timing: { departureMs: 1 },
      faults: occurrences.map(
        (occurrence) => ({ kind: 'nak', command: 'program', occurrence, phase }) as const,
      ),
    });

  it.each([
    ['at its start', 'start', [3]],
    ['at its end', 'end', [5]],
    ['twice', 'start', [3, 4]],
  ] as const)(
    '%s is programmed again, in the same session and without the others',
    async (_, phase, occurrences) => {
      const modem = refusing(occurrences, phase);
      const repeated: string[] = [];
      const { flashed, journal, ports } = await flash(modem, {
        onRepeat: ({ path }, reason) => repeated.push(`${path}: ${reason}`),
      });
      expect(flashed).toEqual({ ok: true, value: undefined });
      expect(journal.attempt.flashAttempts).toBe(1);
      expect(repeated).toHaveLength(occurrences.length);
      expect(new Set(repeated).size).toBe(1);
      expect(repeated[0]).toContain('programmer-refused');
      expect(must(await awaitIdentity(ports)).version.text).toBe(DEMO_NEW_VERSION);
      modem.close();
    },
  );

  it('a third time ends the session, with what the programmer said', async () => {
    const modem = refusing([3, 4, 5, 6], 'start');
    const { flashed, journal } = await flash(modem);
    expect(flashed).toMatchObject({
      ok: false,
      failure: { reason: 'programmer-refused', command: 'program' },
    });
    expect(journal.attempt.flashTouched).toBe(true);
    modem.close();
  });
});
