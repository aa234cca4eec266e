/** `cistern flash PATH`: a vendor's package from a disk, without a network, all the way to the modem's own word. */
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readAttempt } from '../../device/update/journal.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import type { CommandSceneOptions } from '../support/a-command.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { NEXT_VERSION } from '../support/local-package.ts';
import { powerOffWhileFlashing } from '../support/power-off-while-flashing.ts';
import { newStage, shelf } from '../support/shelf-of-file.ts';
import { modem, sceneWith as modemSceneWith, scene } from './modem-scene.ts';

let before: string;

async function sceneWith(
  options: Partial<SimulatedModemOptions> = {},
  command: Partial<CommandSceneOptions> = {},
): Promise<void> {
  await modemSceneWith(options, () => command);
  before = flashFingerprint(modem);
}

/** On a stage of its own, in a script. */
async function flash(path: string, ...flags: readonly string[]) {
  const stage = await newStage();
  return scene.cistern('flash', path, '--stage', stage, '--yes', ...flags);
}

const attempt = async () => {
  const read = await readAttempt(scene.stateDir, 'simulated');
  return read.ok ? read.value : null;
};

describe('cistern flash', () => {
  it.each([
    ['a directory', () => shelf.copy(NEXT_VERSION)],
    ['a zip', () => shelf.zip(NEXT_VERSION)],
  ])('brings the modem to the firmware in %s, and asks no repository', async (_, make) => {
    await sceneWith();
    const { code, stdout, stderr } = await flash(await make());
    expect(stderr).toContain('NOT signed by your repository');
    expect(stderr).toContain('report(s) wait for an uplink (no repository is asked)');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `updated quectel/ec25euga-m4g ${DEMO_OLD_VERSION} -> ${NEXT_VERSION}: read back, confirmed, report waits\n`,
    });
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
    expect(await attempt()).toMatchObject({ step: 'reported', origin: { kind: 'local' } });
  });

  it.each([
    [1, 0, 'read back, confirmed', 'normal'],
    [99, 1, 'crashes and offers its memory, again after each reset', 'ram-dump'],
  ] as const)(
    'ends the crash dump of new firmware that crashes %i times: exit code %i',
    async (times, code, words, state) => {
      await sceneWith({ faults: [{ kind: 'crashing-firmware', firmware: NEXT_VERSION, times }] });
      const ended = await flash(await shelf.copy(NEXT_VERSION));
      expect(ended).toMatchObject({ code });
      expect(ended.stdout + ended.stderr).toContain(words);
      expect(modem.state()).toBe(state);
      expect(await attempt()).toMatchObject({ step: code === 0 ? 'reported' : 'confirming' });
    },
  );

  it.each(['erase', 'program', 'read'])(
    'restarts a programmer that is wedged since it has refused a command: %s',
    async (command) => {
      await sceneWith({ faults: [{ kind: 'nak', command, occurrence: 8 }, { kind: 'wedged-after-nak' }] });
      expect(await flash(await shelf.copy(NEXT_VERSION))).toMatchObject({ code: 0 });
      expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
    },
  );

  it('tells machines the plan before it begins, and the verdict last', async () => {
    await sceneWith();
    const { stdout } = await flash(await shelf.copy(NEXT_VERSION), '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const steps = events.map(({ event, step, result }) => step ?? event ?? result);
    expect(steps.indexOf('plan')).toBeGreaterThan(steps.indexOf('staged'));
    expect(steps.indexOf('plan')).toBeLessThan(steps.indexOf('ready'));
    expect(events.find(({ event }) => event === 'plan').plan).toMatchObject({
      format: 'cistern-plan/1',
      fromVersion: DEMO_OLD_VERSION,
      vouchedBy: 'md5-list',
    });
    expect(events.at(-1)).toMatchObject({ format: 'cistern-flash/1', result: 'updated' });
  });

  it('flashes the version again that the modem runs already', async () => {
    await sceneWith();
    const { code, stdout } = await flash(await shelf.copy(DEMO_OLD_VERSION));
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('updated') });
    expect(modem.transferCount).toBeGreaterThan(100);
  });

  it('knows that nothing was erased where the same version is flashed again and power goes before it', async () => {
    await sceneWith();
    const path = await shelf.copy(DEMO_OLD_VERSION);
    modem.onStateChange((state) => state === 'edl-firehose' && modem.powerCycle());
    const { code, stderr } = await flash(path);
    expect(code).not.toBe(0);
    expect(stderr).toContain('its flash was not touched');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('is told by --plan, without a modem and without doing anything', async () => {
    await sceneWith();
    const path = await shelf.copy(NEXT_VERSION);
    const { code, stdout } = await scene.cistern('flash', path, '--plan');
    expect(code).toBe(0);
    expect(stdout).toContain(`plan for quectel/ec25euga-m4g: what it holds now -> ${NEXT_VERSION}`);
    expect(stdout).toMatch(/program +SBL +update\/sbl1\.mbn/);
    const json = await scene.cistern('flash', path, '--plan', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ format: 'cistern-plan/1', toVersion: NEXT_VERSION });
    expect(modem.transferCount).toBe(0);
  });

  it('wants --yes where nobody can be asked', async () => {
    await sceneWith();
    const { code, stderr } = await scene.cistern('flash', await shelf.copy(NEXT_VERSION));
    expect(code).toBe(64);
    expect(stderr).toContain('here is nobody to ask');
    expect(modem.transferCount).toBe(0);
  });

  it.each([
    ['no', 'unchanged', DEMO_OLD_VERSION],
    ['yes', 'updated', NEXT_VERSION],
  ] as const)(
    'shows the plan and asks once at a terminal; %s means %s',
    async (answer, outcome, firmware) => {
      await sceneWith({}, { answer });
      const stage = await newStage();
      const { code, stdout, stderr } = await scene.cistern(
        'flash',
        await shelf.zip(NEXT_VERSION),
        '--stage',
        stage,
      );
      expect(scene.questions).toEqual([
        'Everything is staged and verified against md5.txt; it is not signed by your repository. Flash the modem now? [y/N] ',
      ]);
      expect(stderr).toContain('first, word for word');
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(outcome) });
      expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware });
    },
  );
});

describe('cistern flash refuses, and leaves the modem alone:', () => {
  it('a step that nobody vouches for, until somebody does', async () => {
    await sceneWith();
    const path = await shelf.copy(DEMO_NEW_VERSION);
    const refused = await flash(path);
    expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining('--vouch') });
    expect(refused.stderr).toContain('crosses a baseline');
    expect(flashFingerprint(modem)).toBe(before);
    expect(modem.state()).toBe('normal');
    expect(await flash(path, '--vouch', 'release notes of the vendor')).toMatchObject({ code: 0 });
  });

  it('firmware of another variant, whatever anybody vouches for', async () => {
    await sceneWith();
    const path = await shelf.copy('EG25GGBR07A08M2G_30.006.30.006');
    const { code, stderr } = await flash(path, '--vouch', 'me');
    expect(code).toBe(77);
    expect(stderr).toContain('does not fit');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it.each([
    ['whose name shows no version', 'firmware', [], 64, 'does not show its whole version'],
    ['whose name shows half a version', 'EC25EUGAR06A06M4G', [], 64, 'does not show its whole version'],
    [
      'with a version that is none',
      'firmware',
      ['--version', 'latest'],
      64,
      'is not a whole firmware version',
    ],
    [
      'with another version than its name',
      NEXT_VERSION,
      ['--version', DEMO_OLD_VERSION],
      65,
      'was asked for',
    ],
    [
      'for another model than was said',
      NEXT_VERSION,
      ['--model', 'quectel/ec25euxga-m1g'],
      77,
      'is not firmware of',
    ],
    ['for a model that is none', NEXT_VERSION, ['--model', 'EC25'], 64, 'is not a model'],
    [
      'of a model that is known too little',
      'firmware',
      ['--version', 'EC25EUXGAR08A19M1G_01.001.01.001'],
      77,
      'Too little is known of quectel/ec25euxga-m1g',
    ],
    [
      'of a model that nobody knows',
      'firmware',
      ['--version', 'ZZ99XXR08A19M1G_01.001.01.001'],
      77,
      'Nothing is known of quectel/zz99xx-m1g',
    ],
  ] as const)('a package %s', async (_, name, flags, code, sentence) => {
    await sceneWith();
    const refused = await flash(await shelf.copy(NEXT_VERSION, name), ...flags);
    expect(refused).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    expect(refused.stderr).toContain('state: The modem was not touched.');
    expect(modem.transferCount).toBe(0);
  });

  it('a modem in EDL that no journal speaks of', async () => {
    await sceneWith();
    modem.shortTestPoint();
    await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    const { code, stderr } = await flash(await shelf.copy(NEXT_VERSION));
    expect(code).toBe(77);
    expect(stderr).toContain('cistern rescue');
    expect(flashFingerprint(modem)).toBe(before);
  });
});

describe('a flashing that was broken off', () => {
  it('finds its package again when the stage is lost, and is finished by rescue', async () => {
    await sceneWith();
    const path = await shelf.copy(NEXT_VERSION);
    powerOffWhileFlashing(modem);
    const stage = await newStage();
    const first = await scene.cistern('flash', path, '--stage', stage, '--yes');
    expect(first.code).toBe(2);
    expect(await attempt()).toMatchObject({
      step: expect.not.stringMatching('reported'),
      flashTouched: true,
    });
    modem.powerCycle();
    await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    await rm(stage, { recursive: true });
    const again = await newStage();
    const { code, stdout } = await scene.cistern('rescue', '--stage', again, '--yes');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`-> ${NEXT_VERSION}`),
    });
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: NEXT_VERSION });
  });
});
