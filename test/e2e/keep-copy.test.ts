import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { parseMountTable } from '../../device/stage/mount-table.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { bindMount, CAN_MOUNT, unmount } from '../../device/stage/test-places.ts';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { aCommandScene, type Said } from '../support/a-command.ts';
import { aScenario } from '../support/a-scenario.ts';
import { transfersOfAnUpdate, updatesFrom } from '../support/cut-run.ts';
import { endOf, type Scenario, type ScenarioOptions } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const aDisk = () => mkdtempSync(join(inject('repository').directory, 'copy-'));
const isChunk = (name: string) => name.endsWith('.cacnk');
const inMemory = { stage: 'auto' };

async function keeping(keepCopyIn: string, options: ScenarioOptions = {}): Promise<Scenario> {
  const download = { mirrors: [], limits: {}, keepCopyIn };
  return aScenario({ ...options, ports: { ...options.ports, download } });
}

/** A run that dies once flash is touched, and, where its stage is in memory, a reboot that forgets it. */
async function dieWhileFlashing(
  stage: string,
  keepCopyIn: string | null,
  at: UpdateStep = 'programming',
): Promise<void> {
  const ports = { download: { mirrors: [], limits: {}, keepCopyIn } };
  const onStep = (step: UpdateStep) => {
    if (step === at) throw new Error('killed');
  };
  scenario = await aScenario({ ports, onStep });
  await expect(scenario.run({ stage })).rejects.toThrow('killed');
  scenario.modem.powerCycle();
  if (stage === 'auto') await forgetMemory(scenario.notes);
}

async function cistern(keepCopyIn: string | null, ...words: readonly string[]): Promise<Said> {
  const { door, stateDir } = scenario.ports;
  const readTextFile = (path: string) => readFile(path, 'utf8').catch(() => null);
  const copy = keepCopyIn === null ? {} : { CISTERN_KEEP_COPY: keepCopyIn };
  const environment = { CISTERN_MODEM: 'auto', CISTERN_STATE: stateDir, ...copy };
  const scene = await aCommandScene({ door, context: { readTextFile, environment } });
  const said = await scene.cistern(...words);
  await scene.end();
  return said;
}

/** What a reboot does to everything in memory. */
async function forgetMemory(notes: readonly string[]): Promise<void> {
  const directory =
    notes.map((note) => / at (\S+)/.exec(note)?.[1]).find((at) => at?.includes('stage-')) ?? '';
  const mounts = parseMountTable(await nodePlatform.mountText());
  if (mounts.some(({ mountPoint }) => mountPoint === directory))
    await nodePlatform.unmount(directory, { lazily: true });
  rmSync(directory, { recursive: true, force: true });
}

describe('a copy on a disk', () => {
  it('is there before EDL and gone once the modem is updated', async () => {
    const disk = aDisk();
    let atEdl: readonly string[] = [];
    scenario = await keeping(disk, {
      onStep: (step) => {
        if (step === 'entering-edl') atEdl = readdirSync(join(disk, readdirSync(disk)[0] ?? ''));
      },
    });
    expect(endOf(await scenario.run(inMemory))).toBe('updated');
    expect(atEdl.length).toBeGreaterThan(0);
    expect(readdirSync(disk)).toEqual([]);
  });

  it('finishes the flashing after a reboot, with no repository to be reached', async () => {
    const disk = aDisk();
    const fromTransfer = Math.floor((await transfersOfAnUpdate(updatesFrom(inject('repository')))) * 0.6);
    scenario = await keeping(disk, { modem: { faults: [{ kind: 'silence', fromTransfer }] } });
    expect(endOf(await scenario.run(inMemory))).toMatch(/^unfinished/);
    scenario.modem.powerCycle();
    await forgetMemory(scenario.notes);
    Object.assign(scenario.ports, { repositoryUrl: 'http://127.0.0.1:9' });
    expect(await scenario.run(inMemory)).toMatchObject({ verdict: { outcome: 'updated' } });
    expect(readdirSync(disk)).toEqual([]);
  });

  it('leaves nothing on its disk where the stage cannot be had', async () => {
    const disk = aDisk();
    const stagePlatform = { ...nodePlatform, memoryText: async () => 'MemAvailable: 1024 kB\n' };
    scenario = await keeping(disk, { ports: { stagePlatform } });
    expect(endOf(await scenario.run(inMemory))).toBe('unchanged: not-enough-memory');
    expect(readdirSync(disk)).toEqual([]);
  });

  it('that cannot be made ends the update before the first byte', async () => {
    scenario = await keeping('/nowhere/at/all');
    const fetched: unknown[] = [];
    Object.assign(scenario.ports.events, { onFetch: (progress: unknown) => fetched.push(progress) });
    expect(endOf(await scenario.run(inMemory))).toBe('unchanged: directory-unusable');
    expect(fetched).toEqual([]);
    expect(scenario.modemStates).toEqual([]);
  });
});

describe('a disk that two modems share', () => {
  it.each([
    ['a stage', (disk: string) => ({ stage: disk, keepCopyIn: null })],
    ['a kept copy', (disk: string) => ({ stage: 'auto', keepCopyIn: disk })],
  ])('%s of the one serves the other, whose update ends first and leaves it', async (_name, places) => {
    const disk = aDisk();
    const { stage, keepCopyIn } = places(disk);
    const ports = { download: { mirrors: [], limits: {}, keepCopyIn } };
    const stopping = new AbortController();
    const onStep = (step: UpdateStep) => {
      if (step === 'ready') stopping.abort();
    };
    scenario = await aScenario({ ports, onStep });
    expect(endOf(await scenario.run({ stage }, stopping.signal))).toBe('unchanged: interrupted');
    const left = readdirSync(disk);
    expect(left).toHaveLength(1);

    const other = await aScenario({ ports });
    const door = { ...other.ports.door, key: 'another modem' };
    Object.assign(other.ports, { stateDir: scenario.ports.stateDir, door });
    const updated = await other.run({ stage });
    await other.end();
    expect(updated).toMatchObject({ verdict: { outcome: 'updated', fetchedBytes: 0 } });
    expect(readdirSync(disk)).toEqual(left);
    expect(await scenario.run({ stage })).toMatchObject({ verdict: { outcome: 'updated', fetchedBytes: 0 } });
    expect(readdirSync(disk)).toEqual([]);
  });
});

/** What a reboot does to a disk that stays plugged in: it is mounted under another number. */
function mountAnew(disk: string, options?: string): void {
  unmount(disk, ['-l']);
  const other = aDisk();
  bindMount(other, other);
  bindMount(disk, disk, options);
  unmount(other);
}

describe.runIf(CAN_MOUNT)('a stage on a disk that no flag names after a reboot', () => {
  const atBoot = ['update', '--resume-only'];
  it.each<[string, UpdateStep, string, string[], string]>([
    ['by the hook after a reboot', 'programming', 'bind', atBoot, 'staged on'],
    ['by a rescue', 'programming', 'bind', ['rescue', '--yes'], 'staged on'],
    ['though it can only be read since', 'programming', 'bind,ro', atBoot, 'used (stage-read-only)'],
    ['though the modem starts by itself', 'confirming', 'bind', atBoot, 'taking up the attempt'],
  ])(
    'is finished from and goes, %s, with no repository to be reached',
    async (_, at, options, words, says) => {
      const disk = aDisk();
      bindMount(disk, disk);
      try {
        await dieWhileFlashing(disk, null, at);
        mountAnew(disk, options);
        const { url, rootFile } = inject('repository');
        const where = ['--repository', url, '--root', rootFile, '--interface', 'gone0'];
        const said = await cistern(null, ...words, ...where);
        expect(said).toMatchObject({ code: 0, stderr: expect.stringContaining(says) });
        expect(scenario.modem.state()).toBe('normal');
        expect(readdirSync(disk)).toHaveLength(options === 'bind' ? 0 : 1);
      } finally {
        unmount(disk, ['-l']);
      }
    },
  );
});

describe('a modem that lies half written in EDL and was the way to the repository', () => {
  it.each([
    ['the stage on a disk', (disk: string) => ({ stage: disk, keepCopyIn: null })],
    ['the copy on a disk', (disk: string) => ({ stage: 'auto', keepCopyIn: disk })],
  ])('is finished from %s, though the interface that is named is gone', async (_name, places) => {
    const { stage, keepCopyIn } = places(aDisk());
    await dieWhileFlashing(stage, keepCopyIn);
    const { url, rootFile } = inject('repository');
    const where = ['--repository', url, '--root', rootFile, '--interface', 'gone0'];
    const said = await cistern(keepCopyIn, 'update', '--stage', stage, ...where);
    expect(said).toMatchObject({ code: 0 });
    expect(scenario.modem.state(), said.stderr + said.stdout).toBe('normal');
  });

  it.each([
    ['that the journal names', (_disk: string) => []],
    ['that is named', (disk: string) => ['--keep-copy', disk]],
  ])('is rescued from the copy %s, though no repository is, and the copy goes', async (_name, words) => {
    const disk = aDisk();
    await dieWhileFlashing('auto', disk);
    const said = await cistern(null, 'rescue', '--yes', ...words(disk));
    expect(said).toMatchObject({ code: 0 });
    expect(scenario.modem.state(), said.stderr + said.stdout).toBe('normal');
    expect(readdirSync(disk)).toEqual([]);
  });

  it('is not written from a copy that was damaged meanwhile', async () => {
    const disk = aDisk();
    await dieWhileFlashing('auto', disk);
    const [chunk = ''] = readdirSync(disk, { recursive: true }).map(String).filter(isChunk);
    await writeFile(join(disk, chunk), 'no chunk');
    expect(await cistern(disk, 'rescue', '--yes')).toMatchObject({ code: 2 });
    expect(scenario.modem.state()).toBe('edl-sahara');
  });
});
