/** P2 Full before open: nothing changes a modem's mode before the whole package is staged, proved and verified. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { flashFromDisk } from '../support/local-flashing.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('LOUD SKIP: mounting needs root; the cases of P2 that mount are not run\n');

let scenario: Scenario;
const mounted: string[] = [];
afterEach(async () => {
  for (const directory of mounted.splice(0)) execFileSync('umount', ['-l', directory]);
  await scenario.end();
});

function chunkFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cacnk'))
    .map((name) => join(directory, name));
}

function firstChunk(directory: string): string {
  const [path] = chunkFiles(directory);
  if (path === undefined) throw new Error('nothing is staged');
  return path;
}

function mountTmpfs(directory: string, size = '16m'): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'cistern-test', directory]);
  mounted.push(directory);
}

function unmount(directory: string): void {
  execFileSync('umount', ['-l', directory]);
  mounted.splice(mounted.indexOf(directory), 1);
}

type Spoil = { readonly wanted: string; readonly directory: string };
type Case = {
  readonly name: string;
  readonly needsRoot: boolean;
  readonly ownMount: boolean;
  readonly spoil: (stage: Spoil) => unknown;
  readonly end: string;
};

const CASES: readonly Case[] = [
  {
    name: 'the stage is emptied',
    needsRoot: false,
    ownMount: false,
    spoil: ({ directory }) =>
      readdirSync(directory).map((name) => rmSync(join(directory, name), { recursive: true })),
    end: 'unchanged: stage-empty',
  },
  {
    name: 'a file of the stage is missing',
    needsRoot: false,
    ownMount: false,
    spoil: ({ directory }) => rmSync(firstChunk(directory)),
    end: 'unchanged: chunk-missing',
  },
  {
    name: 'one byte is flipped after everything was verified on arrival',
    needsRoot: false,
    ownMount: false,
    spoil: ({ directory }) => {
      const path = firstChunk(directory);
      const bytes = readFileSync(path);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
      writeFileSync(path, bytes);
    },
    end: 'unchanged: chunk-content-wrong',
  },
  {
    name: 'the stage is unmounted',
    needsRoot: true,
    ownMount: true,
    spoil: ({ wanted }) => unmount(wanted),
    end: 'unchanged: stage-unmounted',
  },
  {
    name: 'another filesystem is mounted over the stage',
    needsRoot: true,
    ownMount: true,
    spoil: ({ wanted }) => mountTmpfs(wanted),
    end: 'unchanged: stage-mounted-over',
  },
  {
    name: 'the stage lies on another filesystem than it was prepared on',
    needsRoot: true,
    ownMount: true,
    spoil: ({ wanted, directory }) => {
      unmount(wanted);
      execFileSync('mount', ['-t', 'ramfs', 'cistern-test', wanted]);
      mounted.push(wanted);
      mkdirSync(directory);
    },
    end: 'unchanged: wrong-filesystem',
  },
];

describe('P2 full before open', () => {
  const runnable = CASES.filter(({ needsRoot }) => isRoot || !needsRoot);
  it.each(runnable.map((testCase) => [testCase.name, testCase] as const))(
    'ends before EDL when %s',
    async (_, testCase) => {
      const wanted = mkdtempSync(join(inject('repository').directory, 'mount-'));
      if (testCase.ownMount) mountTmpfs(wanted);
      scenario = await aScenario();
      const before = flashFingerprint(scenario.modem);
      let asked = 0;
      const result = await scenario.run({
        stage: wanted,
        ask: async () => {
          asked += 1;
          const [name] = readdirSync(wanted);
          testCase.spoil({ wanted, directory: join(wanted, name ?? '') });
          return true;
        },
      });
      expect(asked).toBe(1);
      expect(endOf(result)).toBe(testCase.end);
      expectUntouched(before);
    },
  );

  it.each(runnable.map((testCase) => [testCase.name, testCase] as const))(
    'holds for a package from a disk too when %s',
    async (_, testCase) => {
      const wanted = mkdtempSync(join(inject('repository').directory, 'mount-'));
      if (testCase.ownMount) mountTmpfs(wanted);
      scenario = await aScenario();
      const before = flashFingerprint(scenario.modem);
      const ask = async () => {
        const [name] = readdirSync(wanted);
        testCase.spoil({ wanted, directory: join(wanted, name ?? '') });
        return true;
      };
      const { packageDirectory } = inject('repository');
      expect(endOf(await flashFromDisk(scenario, packageDirectory, { stage: wanted, ask }))).toBe(
        testCase.end,
      );
      expectUntouched(before);
    },
  );

  it.runIf(isRoot)('ends before EDL when the tmpfs is full', async () => {
    const wanted = mkdtempSync(join(inject('repository').directory, 'full-'));
    mountTmpfs(wanted, '64m');
    writeFileSync(join(wanted, 'filler'), new Uint8Array(63 * 1024 * 1024));
    scenario = await aScenario();
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run({ stage: wanted }))).toBe('unchanged: stage-full');
    expectUntouched(before);
  });

  it.runIf(isRoot)('ends before EDL when the tmpfs fills up while the package arrives', async () => {
    const wanted = mkdtempSync(join(inject('repository').directory, 'filling-'));
    mountTmpfs(wanted, '64m');
    const fill = () => writeFileSync(join(wanted, 'filler'), new Uint8Array(63.9 * 1024 * 1024));
    scenario = await aScenario();
    const { events } = scenario.ports;
    const before = flashFingerprint(scenario.modem);
    Object.assign(events, { onNote: fill });
    expect(endOf(await scenario.run({ stage: wanted }))).toBe('unchanged: stage-full');
    expectUntouched(before);
  });

  it('ends before EDL, and before the download, when memory is short', async () => {
    const memoryText = async () => 'MemTotal: 131072 kB\nMemAvailable:   20000 kB\n';
    scenario = await aScenario({ ports: { stagePlatform: { ...nodePlatform, memoryText } } });
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run({ stage: 'auto' }))).toBe('unchanged: not-enough-memory');
    expectUntouched(before);
  });

  it('leaves the modem alone when the user says no', async () => {
    scenario = await aScenario();
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run({ ask: async () => false }))).toBe('unchanged: not-wanted-by-user');
    expectUntouched(before);
  });

  it('fetches nothing twice: what lies on a disk is kept for the next run', async () => {
    scenario = await aScenario();
    const first = await scenario.run({ ask: async () => false });
    expect(first).toMatchObject({ verdict: { outcome: 'unchanged', fetchedBytes: expect.any(Number) } });
    expect(first.kind === 'attempted' && first.verdict.fetchedBytes).toBeGreaterThan(0);
    expect(await scenario.run()).toMatchObject({ verdict: { outcome: 'updated', fetchedBytes: 0 } });
  });

  it('catches a byte that flips between gate 1 and the first erase', async () => {
    const wanted = mkdtempSync(join(inject('repository').directory, 'late-'));
    scenario = await aScenario({
      onStep: (step) => {
        if (step !== 'probing') return;
        const path = firstChunk(wanted);
        const bytes = readFileSync(path);
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
        writeFileSync(path, bytes);
      },
    });
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run({ stage: wanted }))).toBe('unchanged: chunk-content-wrong');
    expect(scenario.modem.state()).toBe('normal');
    expect(flashFingerprint(scenario.modem)).toBe(before);
  });
});

/** Not only unflashed: the modem never so much as left normal mode. */
function expectUntouched(before: string): void {
  expect(scenario.modemStates).toEqual([]);
  expect(scenario.steps).not.toContain('entering-edl');
  expect(flashFingerprint(scenario.modem)).toBe(before);
  const outcome = scenario.modem.bootOutcome;
  expect(outcome).toMatchObject({ kind: 'normal', firmware: DEMO_OLD_VERSION });
}
