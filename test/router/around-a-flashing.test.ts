/** Commands that flash, on a router: services are stopped in time and run again however it ends, power is renewed. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeStopped } from '../../device/router/services/stopped-record.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { aCommandScene, type CommandScene } from '../support/a-command.ts';
import { aRouter, ON_BUS, type Router, type RouterOptions } from '../support/a-router.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { NEXT_VERSION } from '../support/local-package.ts';
import { powerOffWhileFlashing } from '../support/power-off-while-flashing.ts';
import { newStage, next } from '../support/shelf-of-file.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const SERVICES = ['gsmd', 'modem_trackd'];

type Scene = { readonly modem: SimulatedModem; readonly router: Router; readonly scene: CommandScene };

async function sceneWith(
  options: Partial<SimulatedModemOptions> = {},
  routerOptions: RouterOptions & { readonly hasPower?: boolean } = {},
): Promise<Scene> {
  const modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 0, departureMs: 1 },
    ...options,
  });
  const onPower = () => modem.powerCycle();
  const router = await aRouter({ ...routerOptions, ...(routerOptions.hasPower ? { onPower } : {}) });
  const scene = await aCommandScene({
    door: inProcessDoor(modem, ON_BUS),
    context: { machine: router.machine, timings: { ...SHORT_TIMINGS, returnMs: 300 } },
  });
  ends.push(router.end, () => modem.close(), scene.end);
  return { modem, router, scene };
}

async function run({ scene }: Scene, ...words: readonly string[]) {
  return scene.cistern(...words, '--stage', await newStage(), '--yes');
}

describe('services around a modem', () => {
  it('are stopped while it is flashed, before it leaves normal mode, and run again afterwards', async () => {
    const on = await sceneWith();
    const seen: string[] = [];
    on.modem.onStateChange(
      (state) => void on.router.running().then((names) => seen.push(`${state} ${names}`)),
    );
    expect(await run(on, 'flash', next)).toMatchObject({ code: 0 });
    expect(new Set(seen.filter((line) => line.startsWith('edl')))).toEqual(
      new Set(['edl-sahara ', 'edl-firehose ']),
    );
    expect(await on.router.running()).toEqual(SERVICES);
    expect(await on.router.calls()).toEqual([
      'stop modem_trackd',
      'stop gsmd',
      'start gsmd',
      'start modem_trackd',
    ]);
  });

  it('run again where the flashing is refused before the first erase', async () => {
    const on = await sceneWith({ faults: [{ kind: 'wrong-geometry' }] });
    expect(await run(on, 'flash', next)).toMatchObject({ code: 77 });
    expect(await on.router.running()).toEqual(SERVICES);
  });

  it('are not touched where nobody wants to flash', async () => {
    const on = await sceneWith();
    expect(await on.scene.cistern('flash', next, '--plan')).toMatchObject({ code: 0 });
    expect(await on.router.calls()).toEqual([]);
  });

  it('are stopped by a rescue, and run again where it comes to nothing', async () => {
    const on = await sceneWith({ startIn: 'programmer-mid-image' });
    expect(await run(on, 'rescue')).toMatchObject({ code: 74 });
    expect(await on.router.calls()).toEqual([
      'stop modem_trackd',
      'stop gsmd',
      'start gsmd',
      'start modem_trackd',
    ]);
  });

  it('that a dead run left stopped are started by the next, before it does anything else', async () => {
    const on = await sceneWith();
    const left = { name: 'ledman', start: ['/etc/init.d/gsmd', 'start'] };
    await writeStopped(on.scene.stateDir, 'another-modem', {
      format: 'cistern-stopped/1',
      owner: '4000000 - -\n',
      stopped: [left],
    });
    const { code, stderr } = await run(on, 'flash', next);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('ledman') });
    expect((await on.router.calls())[0]).toBe('start gsmd');
  });
});

describe('a modem that is gone or mute', () => {
  it.each([
    ['does not come back after the reset', { faults: [{ kind: 'never-returns' as const }] }, false],
    ['loses its power while it is written', {}, true],
  ])('and %s has it renewed, once, and is finished', async (_, options, losesPower) => {
    const on = await sceneWith(options, { hasPower: true });
    if (losesPower) powerOffWhileFlashing(on.modem);
    const { code, stdout, stderr } = await run(on, 'flash', next);
    expect(stderr).toContain("cutting the modem's power and giving it back (RutOS (mctl))");
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('updated') });
    expect((await on.router.calls()).filter((call) => call.startsWith('power'))).toEqual(['power -r -m 2']);
    expect(on.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
  });

  it('goes back to normal mode unharmed by renewed power where it never came to EDL', async () => {
    const on = await sceneWith(
      { faults: [{ kind: 'never-returns', after: 'edl-switch' }] },
      { hasPower: true },
    );
    const { code, stderr } = await run(on, 'flash', next);
    expect({ code, stderr }).toMatchObject({ stderr: expect.stringContaining('its flash was not touched') });
    expect(on.modem.state()).toBe('normal');
    expect(on.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_OLD_VERSION });
    expect((await on.router.calls()).filter((call) => call.startsWith('power'))).toHaveLength(1);
  });

  it('is brought back by a rescue that finds nothing on the bus', async () => {
    const on = await sceneWith({}, { hasPower: true });
    on.modem.powerOff();
    expect(await run(on, 'rescue')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`in normal mode, quectel/ec25euga-m4g ${DEMO_OLD_VERSION}`),
      stderr: expect.stringContaining("cutting the modem's power"),
    });
  });

  it('is finished by a rescue where nobody could give it power before', async () => {
    const on = await sceneWith({}, { hasPower: true });
    const board = join(on.router.root, 'etc/board.json');
    const text = await readFile(board, 'utf8');
    await rm(board);
    powerOffWhileFlashing(on.modem);
    expect(await run(on, 'flash', next)).toMatchObject({ code: 2 });
    await writeFile(board, text);
    expect(await run(on, 'rescue')).toMatchObject({ code: 0, stdout: expect.stringContaining('updated') });
    expect(on.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
  });

  it('is reset by its power where a person says so', async () => {
    const on = await sceneWith({}, { hasPower: true });
    on.modem.powerOff();
    expect(await on.scene.cistern('reset', '--power')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('has its power again and is in normal mode'),
    });
    expect(await on.router.running()).toEqual(SERVICES);
  });

  it('is told to be switched by hand where the board has no switch', async () => {
    const on = await sceneWith();
    on.modem.powerOff();
    expect(await on.scene.cistern('reset', '--power')).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('by hand'),
    });
  });
});
