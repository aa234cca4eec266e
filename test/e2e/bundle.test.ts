/** The bundle, not the sources: every command as a process of its own, against a modem process behind TCP. */
import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { type BreakingProxy, breakingProxy } from '../support/breaking-proxy.ts';
import { bundleAlone } from '../support/bundle.ts';
import { type ModemProcess, startModem } from '../support/modem-process.ts';
import { type Finished, type RunOptions, runNode } from '../support/processes.ts';
import { MODEL, type Repository, receivedReports } from '../support/repository.ts';

const repository = inject('repository');
const asRepository: Repository = {
  ...repository,
  worker: { url: repository.url, port: 0, stop: async () => {} },
};

let cistern = '';
let line: BreakingProxy;
let modem: ModemProcess;
let stateDirectory = '';

beforeAll(async () => {
  cistern = await bundleAlone();
  line = await breakingProxy(repository.url, [1, 3]);
  modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
  stateDirectory = await mkdtemp(join(repository.directory, 'router-'));
});
afterAll(async () => {
  await line.close();
  await modem.stop();
});

function run(command: string, flags: readonly string[] = [], options: RunOptions = {}): Promise<Finished> {
  const settings = [
    '--modem',
    modem.locator,
    '--repository',
    line.url,
    '--root',
    repository.rootFile,
    '--state',
    stateDirectory,
  ];
  return runNode([cistern, command, ...settings, ...flags], options);
}

const json = ({ stdout }: Finished) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;

// One story: each test goes on where the one before it stopped.
describe('the bundle, with nothing beside it', () => {
  it('shows the modem', async () => {
    const { code, stdout } = await run('devices');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`normal  2c7c:0125  ${MODEL}  ${DEMO_OLD_VERSION}`),
    });
  });

  it('says that nothing was ever begun', async () => {
    const status = json(await run('status', ['--json']));
    expect(status).toMatchObject({ unfinished: false, attempt: null, verdict: null });
  });

  it('finds the update and says why it may be installed', async () => {
    const check = json(await run('check', ['--json']));
    expect(check).toMatchObject({
      action: 'install',
      installed: DEMO_OLD_VERSION,
      install: DEMO_NEW_VERSION,
    });
    expect(modem.states.every(({ state }) => state === 'normal')).toBe(true);
  });

  it('updates the modem over a line that breaks in the middle of chunks, and says so in its last line', async () => {
    const { code, stdout } = await run('update');
    expect(stdout.trim().split('\n').at(-1)).toBe(
      `updated ${MODEL} ${DEMO_OLD_VERSION} -> ${DEMO_NEW_VERSION}: read back, confirmed, reported`,
    );
    expect(code).toBe(0);
    expect(line.cuts()).toBe(2);
    expect(line.rangeRequests()).toBeGreaterThan(0);
    expect(modem.states.at(-1)).toMatchObject({
      state: 'normal',
      firmware: DEMO_NEW_VERSION,
      calibration: 'intact',
    });
  });

  it('has reported, signed, what it did', async () => {
    const { attempt } = json(await run('status', ['--json'])) as {
      attempt: { toVersion: string; step: string };
    };
    expect(attempt).toMatchObject({ toVersion: DEMO_NEW_VERSION, step: 'reported' });
    const reports = await receivedReports(asRepository, ({ outcome }) => outcome === 'updated');
    expect(reports.map(({ report }) => report)).toContainEqual(
      expect.objectContaining({
        outcome: 'updated',
        fromVersion: DEMO_OLD_VERSION,
        toVersion: DEMO_NEW_VERSION,
        flashAttempts: 1,
      }),
    );
  });

  it('does nothing the second time', async () => {
    const before = modem.states.length;
    const { code, stdout } = await run('update');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^up to date /) });
    expect(modem.states).toHaveLength(before);
  });

  it('leaves no stage behind', async () => {
    const { attempt } = json(await run('status', ['--json'])) as {
      attempt: { stage: { directory: string } };
    };
    expect(attempt.stage.directory).toMatch(/^\//);
    await expect(stat(attempt.stage.directory)).rejects.toThrow('ENOENT');
  });
});

describe('bad input to the bundle', () => {
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['a command that is none', ['frobnicate'], 64, ''],
    ['a flag that is none', ['update', '--frobnicate'], 64, ''],
    ['a size that is none', ['update', '--limit-rate', 'fast'], 64, ''],
    ['no modem', ['check'], 78, 'setting-missing'],
    ['a download ahead without a disk', ['fetch', '--modem', 'usb:1-1'], 78, 'setting-missing'],
    ['a locator that is not one', ['check', '--modem', 'usb:modem'], 64, 'locator-unreadable'],
    [
      'a modem that is not there',
      [
        'check',
        '--modem',
        'tcp://127.0.0.1:9?at=9',
        '--repository',
        'https://firmware.example',
        '--root',
        repository.rootFile,
      ],
      69,
      'modem-absent',
    ],
    [
      'a root that is not there',
      [
        'check',
        '--modem',
        'tcp://127.0.0.1:9?at=9',
        '--repository',
        'https://firmware.example',
        '--root',
        '/nowhere',
      ],
      78,
      'config-unreadable',
    ],
    ['a settings file that is not there', ['status', '--config', '/nowhere'], 78, 'config-unreadable'],
  ];

  it.each(cases)('ends with its own exit code and reason for %s', async (_, args, code, reason) => {
    const state =
      args[0] === 'frobnicate' || args[1] === '--frobnicate' ? [] : ['--json', '--state', stateDirectory];
    const finished = await runNode([cistern, ...args, ...state]);
    expect(finished.code).toBe(code);
    if (reason !== '')
      expect(json(finished)).toMatchObject({
        format: 'cistern-failure/1',
        reason,
        exit: code,
        next: expect.any(String),
      });
  });

  it('refuses a repository over plain HTTP on another machine', async () => {
    const finished = await run('check', ['--json', '--repository', 'http://192.0.2.1/']).catch(() => null);
    expect(finished?.code).toBe(64);
    const settings = [
      '--modem',
      modem.locator,
      '--repository',
      'http://192.0.2.1/',
      '--root',
      repository.rootFile,
      '--state',
      stateDirectory,
      '--json',
    ];
    const refused = await runNode([cistern, 'check', ...settings]);
    expect(json(refused)).toMatchObject({ reason: 'address-refused', exit: 78 });
  });
});
