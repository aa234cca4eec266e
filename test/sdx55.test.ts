/**
 * The RM500Q-GL (SDX55) through a whole update: asked, staged, into EDL, flashed in its own dialect, confirmed by its own
 * word; and a sample of power cuts and pulled cables. All cuts: `npm run sweep -- --module sdx55`. From a repository:
 * `e2e/another-module.test.ts`.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UPDATE_STEPS, type UpdateStep } from '../shared/telemetry.ts';
import { SDX55_NEW_VERSION, SDX55_OLD_VERSION } from './firmware/sdx55-package.ts';
import { sdx55Bench } from './support/benched-modules.ts';
import { cutRun, sideBySide, spreadOver, transfersOfAnUpdate } from './support/cut-run.ts';
import { must } from './support/local-release.ts';
import type { ModuleBench } from './support/module-bench.ts';

const CUTS = 12;

let bench: ModuleBench;
beforeAll(async () => {
  bench = await sdx55Bench();
});
afterEach(() => bench.closeModems());
afterAll(() => bench.end());

describe('an SDX55', () => {
  it('goes from the old firmware to the new one, through every step, with its calibration', async () => {
    const modem = bench.aModem();
    const calibration = modem.calibrationDigest();
    const steps: UpdateStep[] = [];
    const beside = await bench.beside(modem, (step) => steps.push(step));
    const local = must(await bench.open());
    expect(modem.bootOutcome).toMatchObject({ firmware: SDX55_OLD_VERSION });
    expect(await bench.flash(local, beside)).toBe('updated');
    await local.close();
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: SDX55_NEW_VERSION });
    expect(modem.calibrationDigest()).toBe(calibration);
    expect([...new Set(steps)]).toEqual(UPDATE_STEPS);
    const { sent } = beside;
    expect(sent.filter((command) => command.startsWith('getsha256digest')).length).toBeGreaterThan(8);
  });

  it(`ends with new firmware confirmed or old firmware untouched, whichever of ${CUTS} transfers power is cut at`, async () => {
    const subject = bench.cutSubject;
    const cuts = spreadOver(await transfersOfAnUpdate(subject), CUTS);
    const runs = await sideBySide(cuts, 4, (atTransfer) => cutRun(subject, atTransfer));
    expect(runs.filter(({ verdict }) => verdict === 'LOST')).toEqual([]);
    expect(new Set(runs.map(({ verdict }) => verdict))).toEqual(new Set(['confirmed', 'untouched']));
  });

  it('is finished when the cable is pulled, whatever the programmer was at', async () => {
    const subject = bench.cutSubject;
    const total = await transfersOfAnUpdate(subject);
    const pulls = [0.6, 0.7, 0.8, 0.9].map((share) => Math.floor(total * share));
    const runs = await sideBySide(pulls, 4, (atTransfer) => cutRun(subject, atTransfer, 'disconnect'));
    expect(runs.filter(({ verdict }) => verdict !== 'confirmed')).toEqual([]);
  });
});
