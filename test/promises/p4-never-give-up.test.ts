/**
 * P4 Never give up after the first erase; and its other half, P3: whatever is cut, and wherever, the modem ends
 * with the new firmware confirmed or with the old one untouched, without a hand.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { rescue } from '../../device/update/rescue.ts';
import { publishedFirmware } from '../../device/update/rescue-firmware.ts';
import { openAccount } from '../../device/update/spent-bytes.ts';
import { withUplink } from '../../device/update/uplink.ts';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { FaultDeclaration } from '../modem/faults.ts';
import { aScenario } from '../support/a-scenario.ts';
import { breakDirectory } from '../support/break-directory.ts';
import { cutRun, sideBySide, spreadOver, transfersOfAnUpdate, updatesFrom } from '../support/cut-run.ts';
import { endOfRescue, rescueFromDisk } from '../support/local-flashing.ts';
import { MODEL } from '../support/repository.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario?.end());

/** Spread evenly over a whole update; `npm run sweep` cuts at every transfer. */
const CUTS = 200;
const SIDE_BY_SIDE = 4;

/** Runs the updater as cron would: again, until nothing is unfinished. Returns every run's end. */
async function runLikeCron(maxRuns: number): Promise<readonly string[]> {
  const ends: string[] = [];
  for (let run = 0; run < maxRuns; run++) {
    ends.push(endOf(await scenario.run()));
    if (!ends.at(-1)?.startsWith('unfinished')) break;
  }
  return ends;
}

describe('P4 never give up after the first erase', () => {
  it(`ends with new firmware confirmed or old firmware untouched, whichever of ${CUTS} transfers power is cut at`, {
    timeout: 400_000,
  }, async () => {
    const repository = inject('repository');
    const total = await transfersOfAnUpdate(updatesFrom(repository));
    const cuts = spreadOver(total, CUTS);
    const runs = await sideBySide(cuts, SIDE_BY_SIDE, (atTransfer) =>
      cutRun(updatesFrom(repository), atTransfer),
    );
    expect(runs.filter(({ verdict }) => verdict === 'LOST')).toEqual([]);
    // Both ends must have been met: a sweep that never reaches flash, or never leaves it, proves nothing.
    expect(runs.filter(({ verdict }) => verdict === 'confirmed').length).toBeGreaterThan(CUTS / 2);
    expect(runs.filter(({ verdict }) => verdict === 'untouched').length).toBeGreaterThan(0);
  });

  const MENDED: readonly (readonly [string, FaultDeclaration])[] = [
    ['a program is refused at its start', { kind: 'nak', command: 'program', occurrence: 3 }],
    ['a program is refused at its end', { kind: 'nak', command: 'program', occurrence: 5, phase: 'end' }],
    [
      'a program is refused in the middle of its data',
      { kind: 'nak', command: 'program', occurrence: 8, phase: 'middle' },
    ],
    ['an erase after the first is refused', { kind: 'nak', command: 'erase', occurrence: 6 }],
    ['a read-back is refused', { kind: 'nak', command: 'read', occurrence: 4 }],
    ['one bit comes back wrong once', { kind: 'flipped-bit', sector: 24300, times: 'once' }],
    ['erases are slow', { kind: 'slow-erase', delayMs: 20 }],
  ];

  it.each(MENDED)('finishes by itself when %s', async (_, fault) => {
    scenario = await aScenario({ modem: { faults: [fault] } });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
  });

  it('goes on by itself when the cable goes while it programs, with the programmer still waiting for bytes', async () => {
    const total = await transfersOfAnUpdate(updatesFrom(inject('repository')));
    for (const share of [0.45, 0.55, 0.65, 0.8, 0.95]) {
      const atTransfer = Math.floor(total * share);
      scenario = await aScenario({ modem: { faults: [{ kind: 'disconnect', atTransfer }] } });
      const ends = await runLikeCron(2);
      expect(ends.at(-1), `cable pulled at ${atTransfer}: ${ends.join(', then ')}`).toBe('updated');
      await scenario.end();
    }
    scenario = await aScenario();
  });

  it('says unfinished when a bit is wrong on every read-back, and never that it succeeded', async () => {
    scenario = await aScenario({
      modem: { faults: [{ kind: 'flipped-bit', sector: 24300, times: 'always' }] },
    });
    expect(endOf(await scenario.run())).toBe('unfinished: read-back-differs');
    expect(scenario.modem.state()).not.toBe('normal');
  });

  it('goes on to the end when the journal can no longer be written, and says so', async () => {
    scenario = await aScenario({
      onStep: (step, { ports }) => step === 'programming' && breakDirectory(join(ports.stateDir, 'journal')),
    });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.notes.join()).toContain('the flashing goes on without it');
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
  });

  it('has a verdict when nothing at all can be written any more', async () => {
    scenario = await aScenario({
      onStep: (step, { ports }) =>
        step === 'programming' &&
        ['journal', 'verdicts', 'spool', 'attempts'].map((name) =>
          breakDirectory(join(ports.stateDir, name)),
        ),
    });
    expect(endOf(await scenario.run())).toBe('updated');
  });

  it('does not listen to Ctrl-C in a second session either', async () => {
    const controller = new AbortController();
    scenario = await aScenario({
      modem: { faults: [{ kind: 'nak', command: 'program', occurrence: 3 }] },
      onStep: (step) => step === 'erasing' && controller.abort(),
    });
    expect(endOf(await scenario.run({}, controller.signal))).toBe('updated');
  });

  it('confirms with the next run what came back only after it had stopped waiting', async () => {
    scenario = await aScenario({ modem: { faults: [{ kind: 'never-returns', after: 'reset' }] } });
    expect(endOf(await scenario.run())).toBe('unconfirmed: modem-not-confirmed');
    scenario.modem.powerCycle();
    expect(endOf(await scenario.run())).toBe('updated');
  });

  it('confirms a modem that starts when its programmer is restarted, for it refused the last read-back', async () => {
    scenario = await aScenario({ modem: { faults: [{ kind: 'nak', command: 'read', occurrence: 13 }] } });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
  });

  it('confirms a modem that started by itself while a second session was asking it', async () => {
    let sessions = 0;
    scenario = await aScenario({
      // The boot partition is read back last; what differs only there is written, and a second session begins.
      modem: { faults: [{ kind: 'flipped-bit', sector: 0, times: 'always' }] },
      onStep: (step, { modem }) => step === 'probing' && ++sessions === 2 && modem.powerCycle(),
    });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(sessions).toBe(2);
  });

  it('takes up a modem that fell silent after the first erase once somebody gives it power again', async () => {
    const total = await transfersOfAnUpdate(updatesFrom(inject('repository')));
    scenario = await aScenario({
      modem: { faults: [{ kind: 'silence', fromTransfer: Math.floor(total * 0.6) }] },
    });
    const first = endOf(await scenario.run());
    expect(first).toMatch(/^unfinished/);
    scenario.modem.powerCycle();
    expect(endOf(await scenario.run())).toBe('updated');
  });
});

describe('P4 for a modem that lies damaged in EDL and is rescued from a package on a disk', () => {
  const CUTS_OF_A_RESCUE = 24;

  async function rescueWithCut(atTransfer: number | null): Promise<readonly [string, number]> {
    const { packageDirectory } = inject('repository');
    const faults = atTransfer === null ? [] : [{ kind: 'cut-power', atTransfer } as const];
    const own = await aScenario({ modem: { faults } });
    for (let block = 0; block < 10; block++) own.modem.nand.eraseBlock(block);
    const calibration = own.modem.calibrationDigest();
    own.modem.powerCycle();
    await own.modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    let end = '';
    // As a person does it: the same command again, until it says that it is done.
    for (let run = 0; run < 3 && end !== 'updated'; run++)
      end = endOfRescue(await rescueFromDisk(own, packageDirectory));
    const { bootOutcome, transferCount } = own.modem;
    const isNew = bootOutcome?.kind === 'normal' && bootOutcome.firmware === DEMO_NEW_VERSION;
    const isWhole = own.modem.calibrationDigest() === calibration;
    await own.end();
    return [isNew && isWhole ? end : `LOST after ${end}`, transferCount];
  }

  it(`is rescued whichever of ${CUTS_OF_A_RESCUE} transfers power is cut at`, {
    timeout: 120_000,
  }, async () => {
    const [end, total] = await rescueWithCut(null);
    expect(end).toBe('updated');
    const cuts = Array.from(
      { length: CUTS_OF_A_RESCUE },
      (_, i) => 1 + Math.floor(((total - 1) * i) / CUTS_OF_A_RESCUE),
    );
    const ends = await sideBySide(cuts, SIDE_BY_SIDE, rescueWithCut);
    expect(cuts.filter((_, i) => ends[i]?.[0] !== 'updated')).toEqual([]);
  });

  it('is rescued with a release of the repository, where its model and version are named', async () => {
    scenario = await aScenario();
    for (let block = 0; block < 10; block++) scenario.modem.nand.eraseBlock(block);
    scenario.modem.powerCycle();
    await scenario.modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    const { ports } = scenario;
    const named = { model: modelIdSchema.parse(MODEL), channel: 'stable' } as const;
    const stage = await mkdtemp(join(inject('repository').directory, 'rescue-'));
    const never = new AbortController().signal;
    const rescueWith = async (version: string) =>
      endOfRescue(
        await rescue(
          publishedFirmware({ ...named, version }, ports),
          { stage, ask: null, accepted: [], restoreSettings: false },
          withUplink(ports),
          never,
        ),
      );
    expect(await rescueWith(DEMO_OLD_VERSION)).toBe('refused: release-not-published');
    expect(scenario.modem.state()).toBe('edl-sahara');
    // A budget that nights of a bad line have spent does not keep it there.
    await (await openAccount(DEMO_NEW_VERSION, ports)).close(1_000_000_000);
    expect(await rescueWith(DEMO_NEW_VERSION)).toBe('updated');
    expect((await openAccount(DEMO_NEW_VERSION, ports)).spentBefore).toBe(0);
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
  });
});
