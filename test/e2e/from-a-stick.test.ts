/** The bundle alone, a package on a stick, a modem behind a relay: flashed, killed in the middle, rescued. No network. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { bundleAlone } from '../support/bundle.ts';
import { type ModemProcess, startModem } from '../support/modem-process.ts';
import { runNode, startNode } from '../support/processes.ts';

const repository = inject('repository');
let cistern = '';
let stick = '';
beforeAll(async () => {
  cistern = await bundleAlone();
  stick = join(await mkdtemp(join(repository.directory, 'stick-')), DEMO_NEW_VERSION);
  await cp(repository.packageDirectory, stick, { recursive: true });
});

/** The demonstration's step crosses a baseline. */
const VOUCHED = ['--vouch', 'the test'];

async function router(modem: ModemProcess) {
  const state = await mkdtemp(join(repository.directory, 'alone-'));
  return { at: ['--modem', modem.locator, '--state', state, '--json', '--yes'] };
}

const newDisk = () => mkdtemp(join(repository.directory, 'disk-'));

const lastOf = (stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;

describe('a package on a stick', { timeout: 120_000 }, () => {
  it('is flashed, and the modem says its version', async () => {
    const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
    const { at } = await router(modem);
    const stage = await newDisk();
    const { code, stdout } = await runNode([cistern, 'flash', stick, ...VOUCHED, '--stage', stage, ...at]);
    expect({ code, result: lastOf(stdout) }).toMatchObject({ code: 0, result: { result: 'updated' } });
    expect(modem.states.at(-1)).toMatchObject({ firmware: DEMO_NEW_VERSION, calibration: 'intact' });
    await modem.stop();
  });

  it.each([
    ['from its stage', async () => {}],
    ['from the stick again, where the stage is lost', (stage: string) => rm(stage, { recursive: true })],
  ])('is finished by rescue %s, after the updater was killed while it programmed', async (_, lose) => {
    const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
    const { at } = await router(modem);
    const stage = await newDisk();
    const dying = startNode([cistern, 'flash', stick, ...VOUCHED, '--stage', stage, ...at], {
      onStdoutLine: (line, process) => {
        if ((JSON.parse(line) as { step?: string }).step === 'programming') void process.stop('SIGKILL');
      },
    });
    expect((await dying.finished).code).not.toBe(0);
    await lose(stage);
    const { code, stdout } = await runNode([cistern, 'rescue', '--stage', await newDisk(), ...at]);
    expect({ code, result: lastOf(stdout) }).toMatchObject({ code: 0, result: { result: 'updated' } });
    expect(modem.states.at(-1)).toMatchObject({
      state: 'normal',
      firmware: DEMO_NEW_VERSION,
      calibration: 'intact',
    });
    await modem.stop();
  });
});
