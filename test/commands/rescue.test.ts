/** `cistern rescue` without a repository: from every state, and never a byte to a modem that nobody has named. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readAttempt } from '../../device/update/journal.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import type { StartState } from '../modem/start-state.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { NEXT_VERSION } from '../support/local-package.ts';
import { powerOffWhileFlashing } from '../support/power-off-while-flashing.ts';
import { relabelledEdl } from '../support/relabelled-door.ts';
import { newStage, shelf } from '../support/shelf-of-file.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';
import { intoEdl, modem, sceneWith as modemSceneWith, scene } from './modem-scene.ts';

let sound = '';
beforeAll(async () => {
  sound = await shelf.zip(DEMO_NEW_VERSION);
});

let calibration = '';

async function sceneWith(...wish: Parameters<typeof modemSceneWith>): Promise<void> {
  await modemSceneWith(...wish);
  calibration = modem.calibrationDigest();
}

/** As an interrupted flasher leaves it: no boot partition. */
async function damaged(): Promise<void> {
  for (let block = 0; block < 10; block++) modem.nand.eraseBlock(block);
  await intoEdl();
}

async function rescue(...flags: readonly string[]) {
  const stage = await newStage();
  return scene.cistern('rescue', '--stage', stage, '--yes', ...flags);
}

const STATES = [
  'edl',
  'edl-hello-taken',
  'edl-mid-image',
  'programmer',
  'programmer-unread',
  'ram-dump',
] as const satisfies readonly StartState[];

describe('cistern rescue of a modem whose flash is whole', () => {
  it.each(STATES)('resets it from %s, writes nothing, and is told its version', async (startIn) => {
    await sceneWith({ startIn });
    const before = flashFingerprint(modem);
    const { code, stdout, stderr } = await rescue(sound);
    expect(stderr).toContain('first it is reset, which writes nothing');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `simulated modem starts by itself: in normal mode, quectel/ec25euga-m4g ${DEMO_OLD_VERSION}; nothing was written\n`,
    });
    expect(flashFingerprint(modem)).toBe(before);
    expect(await readAttempt(scene.stateDir, 'simulated')).toEqual({ ok: true, value: null });
  });

  it('tells one in fastboot to restart, writes nothing, and is told its version', async () => {
    await sceneWith({ startIn: 'fastboot' });
    const before = flashFingerprint(modem);
    const { code, stdout, stderr } = await rescue(sound);
    expect(stderr).toContain('was in fastboot; it was told to restart, which writes nothing');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('nothing was written') });
    expect([modem.state(), flashFingerprint(modem)]).toEqual(['normal', before]);
  });

  it('tells machines what it was found in', async () => {
    await sceneWith({ startIn: 'ram-dump' });
    const { stdout } = await rescue('--json');
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      format: 'cistern-rescue/1',
      result: 'starts',
      found: { state: 'ram-dump' },
      version: DEMO_OLD_VERSION,
    });
  });

  it('leaves one in normal mode alone', async () => {
    await sceneWith();
    expect(await rescue(sound)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('simulated modem needs no rescue: in normal mode'),
    });
  });
});

describe('cistern rescue of a modem that does not start', () => {
  it.each([...STATES, 'programmer-mid-image', 'foreign-programmer', 'foreign-programmer-mid-image'] as const)(
    'gives it the firmware that is named, from %s',
    async (state) => {
      await sceneWith();
      await damaged();
      modem.becomes(state);
      const { code, stdout } = await rescue(sound);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `updated quectel/ec25euga-m4g in EDL -> ${DEMO_NEW_VERSION}: read back, confirmed, report waits\n`,
      });
      expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
      expect(modem.calibrationDigest()).toBe(calibration);
    },
  );

  it('asks for a power cycle where a programmer waits for an image, and nobody says which', async () => {
    await sceneWith({ startIn: 'programmer-mid-image' });
    expect(await rescue()).toMatchObject({
      code: 74,
      stderr: expect.stringContaining('Power-cycle the modem'),
    });
  });

  it('writes nothing where nobody says what it is', async () => {
    await sceneWith();
    await damaged();
    const before = flashFingerprint(modem);
    const { code, stderr } = await rescue();
    expect(code).toBe(77);
    expect(stderr).toContain('does not start after a reset');
    expect(stderr).toContain('cistern rescue PATH');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('shows the plan and asks once at a terminal; no leaves it as it was found', async () => {
    await sceneWith({}, () => ({ answer: 'n' }));
    await damaged();
    const before = flashFingerprint(modem);
    const stage = await newStage();
    const { stdout, stderr } = await scene.cistern('rescue', sound, '--stage', stage);
    expect(scene.questions).toHaveLength(1);
    expect(stderr).toContain(`plan for quectel/ec25euga-m4g: what it holds now -> ${DEMO_NEW_VERSION}`);
    expect(stderr).toContain('as it was found; its flash was not touched');
    expect(stdout).toContain('unchanged quectel/ec25euga-m4g in EDL');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('is refused by the modem itself where the firmware is for another project', async () => {
    await sceneWith();
    await damaged();
    const before = flashFingerprint(modem);
    const { code, stderr } = await rescue(await shelf.copy('EG25GGBR07A08M2G_30.006.30.006'));
    expect(code).toBe(76);
    expect(stderr).toContain('The programmer refused');
    expect(flashFingerprint(modem)).toBe(before);
    expect(await rescue(sound)).toMatchObject({ code: 0 });
  });
});

describe('cistern rescue refuses', () => {
  it.each([
    ['18d1:d00d', 'fastboot reboot'],
    ['2c7c:6005', "its own maker's tool"],
  ])('%s with what to do', async (usbId, next) => {
    await sceneWith({}, (made) => ({ door: relabelledEdl(inProcessDoor(made), usbId) }));
    await intoEdl();
    expect(await rescue(sound)).toMatchObject({ code: 77, stderr: expect.stringContaining(next) });
    expect(modem.state()).toBe('edl-sahara');
  });

  it('one that is gone', async () => {
    await sceneWith();
    modem.powerOff();
    expect(await rescue(sound)).toMatchObject({ code: 69 });
  });

  it('to begin where nobody can be asked', async () => {
    await sceneWith();
    await damaged();
    expect(await scene.cistern('rescue', sound)).toMatchObject({ code: 64 });
    expect(modem.state()).toBe('edl-sahara');
  });

  it.each([
    [['--model', 'quectel/ec25euga-m4g'], 64, '--version is missing'],
    [['--version', DEMO_NEW_VERSION], 64, '--model is missing'],
    [['--model', 'EC25', '--version', DEMO_NEW_VERSION], 64, 'is not a model'],
    [
      ['--model', 'quectel/ec25euga-m4g', '--version', DEMO_NEW_VERSION],
      78,
      'The setting "repository" is missing',
    ],
  ] as const)('%j', async (flags, code, sentence) => {
    await sceneWith();
    await damaged();
    expect(await rescue(...flags)).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    expect(modem.state()).toBe('edl-sahara');
  });

  it('a package that is spoilt before it looks at the modem', async () => {
    await sceneWith();
    expect(await rescue(join(shelf.directory, 'nothing'))).toMatchObject({ code: 65 });
    expect(modem.transferCount).toBe(0);
  });
});

describe('cistern rescue of a flashing that was broken off', () => {
  /** Power goes in the middle of the flashing, and comes back later: the modem lies in EDL, half written. */
  async function halfWritten(
    version = NEXT_VERSION,
    options: Partial<SimulatedModemOptions> = {},
  ): Promise<string> {
    await sceneWith(options, () => ({ context: { timings: { ...SHORT_TIMINGS, returnMs: 300 } } }));
    const path = await shelf.copy(version);
    powerOffWhileFlashing(modem);
    const stage = await newStage();
    expect((await scene.cistern('flash', path, '--stage', stage, '--yes')).code).toBe(2);
    modem.powerCycle();
    await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    await rm(stage, { recursive: true });
    return path;
  }

  it('takes the package that is given where that of the journal is lost', async () => {
    await rm(await halfWritten(), { recursive: true });
    const { code, stdout } = await rescue(await shelf.zip(NEXT_VERSION));
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${DEMO_OLD_VERSION} -> ${NEXT_VERSION}: read back, confirmed`),
    });
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
    expect(modem.calibrationDigest()).toBe(calibration);
  });

  it('says what is lost where none is given, and keeps the journal', async () => {
    await rm(await halfWritten(), { recursive: true });
    const { code, stderr } = await rescue();
    expect(code).toBe(2);
    expect(stderr).toContain('There is nothing at');
    expect(await readAttempt(scene.stateDir, 'simulated')).toMatchObject({
      value: { flashTouched: true, toVersion: NEXT_VERSION },
    });
    expect(await rescue(await shelf.zip(NEXT_VERSION))).toMatchObject({ code: 0 });
  });

  it('erases again where the power cut tore the very page that is looked at first', async () => {
    const path = await halfWritten();
    modem.nand.spoilPage(0, new Uint8Array(modem.nand.geometry.pageBytes).fill(0x5a));
    expect(await rescue(path)).toMatchObject({ code: 0 });
    expect(modem.calibrationDigest()).toBe(calibration);
  });

  it('restarts a programmer of somebody else, to which the vendor guard would be an erase of everything', async () => {
    const path = await halfWritten();
    modem.becomes('foreign-programmer');
    expect(await rescue(path)).toMatchObject({ code: 0 });
    expect(modem.calibrationDigest()).toBe(calibration);
  });

  it('sends such a programmer no guard where it takes no restart either', async () => {
    const faults = Array.from({ length: 8 }, (_, i) => ({
      kind: 'nak' as const,
      command: 'power',
      occurrence: i + 1,
    }));
    const path = await halfWritten(NEXT_VERSION, { faults });
    modem.becomes('foreign-programmer');
    const { code, stderr } = await rescue(path);
    expect(code).toBe(2);
    expect(stderr).toContain('would erase the calibration, so it was not sent');
    expect(modem.calibrationDigest()).toBe(calibration);
    modem.powerCycle();
    await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    expect(await rescue(path)).toMatchObject({ code: 0 });
  });

  it('goes on where it has crashed meanwhile and offers its memory', async () => {
    const path = await halfWritten();
    modem.becomes('ram-dump');
    const { code, stdout } = await rescue(path);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('read back, confirmed'),
    });
    expect(modem.calibrationDigest()).toBe(calibration);
  });

  it.each([
    ['the way back', DEMO_OLD_VERSION, 0],
    ['what does not fit the version it had', DEMO_NEW_VERSION, 77],
    ['another model', 'EG25GGBR07A08M2G_30.006.30.006', 77],
  ])('takes instead %s: %s, exit code %i', async (_, version, code) => {
    await rm(await halfWritten(), { recursive: true });
    expect((await rescue(await shelf.copy(version))).code).toBe(code);
    if (code === 0) expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: version });
    else {
      expect(await readAttempt(scene.stateDir, 'simulated')).toMatchObject({
        value: { toVersion: NEXT_VERSION },
      });
      expect((await rescue(await shelf.zip(NEXT_VERSION))).code).toBe(0);
    }
  });
});
