/**
 * P4 Never give up after the first erase; and its other half, P3: whatever is cut, and wherever, the modem ends
 * with the new firmware confirmed or with the old one untouched, without a hand.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { FaultDeclaration } from '../modem/faults.ts';
import { breakDirectory } from '../support/break-directory.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { aScenario, endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const CUTS = 50;

/** Transfers of one undisturbed update; the cuts are spread evenly over them. */
async function transfersOfAnUpdate(): Promise<number> {
  scenario = await aScenario();
  expect(endOf(await scenario.run())).toBe('updated');
  const { transferCount } = scenario.modem;
  await scenario.end();
  return transferCount;
}

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
    timeout: 300_000,
  }, async () => {
    const total = await transfersOfAnUpdate();
    const outcomes = new Map<string, number>();
    for (let cut = 0; cut < CUTS; cut++) {
      const atTransfer = 1 + Math.floor(((total - 1) * cut) / (CUTS - 1));
      scenario = await aScenario({ modem: { faults: [{ kind: 'cut-power', atTransfer }] } });
      const flash = flashFingerprint(scenario.modem);
      const calibration = scenario.modem.calibrationDigest();
      const ends = await runLikeCron(2);
      const end = ends.at(-1) ?? 'none';
      outcomes.set(end.split(':')[0] ?? end, (outcomes.get(end.split(':')[0] ?? end) ?? 0) + 1);

      expect(scenario.modem.calibrationDigest(), `calibration after a cut at ${atTransfer}`).toBe(
        calibration,
      );
      if (end === 'updated') {
        expect(scenario.modem.bootOutcome, `cut at ${atTransfer}`).toMatchObject({
          kind: 'normal',
          firmware: DEMO_NEW_VERSION,
        });
      } else {
        expect(end, `cut at ${atTransfer}: ${ends.join(', then ')}`).toMatch(/^(unchanged|refused)/);
        expect(scenario.modem.bootOutcome, `cut at ${atTransfer}`).toMatchObject({
          kind: 'normal',
          firmware: DEMO_OLD_VERSION,
        });
        expect(flashFingerprint(scenario.modem), `flash after a cut at ${atTransfer}`).toBe(flash);
      }
      await scenario.end();
    }
    // Both ends must have been met: a sweep that never reaches flash, or never leaves it, proves nothing.
    expect(outcomes.get('updated') ?? 0).toBeGreaterThan(CUTS / 2);
    expect((outcomes.get('unchanged') ?? 0) + (outcomes.get('refused') ?? 0)).toBeGreaterThan(0);
  });

  const MENDED: readonly (readonly [string, FaultDeclaration])[] = [
    ['a program is refused at its start', { kind: 'nak', command: 'program', occurrence: 3 }],
    ['a program is refused at its end', { kind: 'nak', command: 'program', occurrence: 5, phase: 'end' }],
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
    const total = await transfersOfAnUpdate();
    for (const share of [0.35, 0.5, 0.65, 0.8, 0.95]) {
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

  it('confirms a modem that started by itself while a second session was asking it', async () => {
    let sessions = 0;
    scenario = await aScenario({
      // The boot partition is read back last; refused there, all is written and a second session begins.
      modem: { faults: [{ kind: 'nak', command: 'read', occurrence: 12 }] },
      onStep: (step, { modem }) => step === 'probing' && ++sessions === 2 && modem.powerCycle(),
    });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(sessions).toBe(2);
  });

  it('takes up a modem that fell silent after the first erase once somebody gives it power again', async () => {
    const total = await transfersOfAnUpdate();
    scenario = await aScenario({
      modem: { faults: [{ kind: 'silence', fromTransfer: Math.floor(total * 0.6) }] },
    });
    const first = endOf(await scenario.run());
    expect(first).toMatch(/^unfinished/);
    scenario.modem.powerCycle();
    expect(endOf(await scenario.run())).toBe('updated');
  });
});
