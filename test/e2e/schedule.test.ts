/** The updater is killed while it flashes, and what the boot hook starts finishes the modem: nobody touches anything. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { bundleAlone } from '../support/bundle.ts';
import { startModem } from '../support/modem-process.ts';
import { runNode, startNode } from '../support/processes.ts';

const repository = inject('repository');
let cistern = '';
beforeAll(async () => {
  cistern = await bundleAlone();
});

async function aRouter() {
  const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
  const state = await mkdtemp(join(repository.directory, 'hook-'));
  const environment = {
    CISTERN_MODEM: modem.locator,
    CISTERN_REPOSITORY: repository.url,
    CISTERN_ROOT: repository.rootFile,
    CISTERN_STATE: state,
  };
  const resume = () =>
    runNode([cistern, 'schedule', 'run', '--trigger', 'resume', '--json'], { environment });
  const log = () => readFile(join(state, 'log/cistern.log'), 'utf8').catch(() => '');
  return { modem, environment, resume, log };
}

describe('the boot hook', () => {
  // At each of the other steps: `killed-at-steps.test.ts`.
  it.concurrent.each(['programming'])(
    'finishes a modem whose updater was killed at %s, and tells it in one line',
    { timeout: 120_000 },
    async (step) => {
      const { modem, environment, resume, log } = await aRouter();
      const dying = startNode([cistern, 'update', '--json'], {
        environment,
        onStdoutLine: (line, process) => {
          if ((JSON.parse(line) as { step?: string }).step === step) void process.stop('SIGKILL');
        },
      });
      expect((await dying.finished).code).not.toBe(0);

      const { code, stdout } = await resume();
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'ran', code: 0, told: { severity: 'notice' } });
      expect(code).toBe(0);
      expect(modem.states.at(-1)).toMatchObject({ state: 'normal', firmware: DEMO_NEW_VERSION });
      expect(await log()).toMatch(
        new RegExp(`^\\S+ resume notice updated \\S+ ${DEMO_OLD_VERSION} -> ${DEMO_NEW_VERSION}\\n$`),
      );

      expect(JSON.parse((await resume()).stdout)).toMatchObject({ kind: 'nothing-unfinished' });
      await modem.stop();
    },
  );

  it('begins nothing anew where the update was broken off before the first erase', {
    timeout: 120_000,
  }, async () => {
    const { modem, environment, resume, log } = await aRouter();
    const dying = startNode([cistern, 'update', '--json'], {
      environment,
      onStdoutLine: (line, process) => {
        if ((JSON.parse(line) as { step?: string }).step === 'loading-programmer')
          void process.stop('SIGKILL');
      },
    });
    expect((await dying.finished).code).not.toBe(0);

    const told = { severity: 'warning', text: expect.stringMatching(/^unchanged /) };
    expect(JSON.parse((await resume()).stdout)).toMatchObject({ kind: 'ran', told });
    expect(modem.states.at(-1)).toMatchObject({ state: 'normal', firmware: DEMO_OLD_VERSION });
    expect(await log()).toMatch(/^\S+ resume warning unchanged [^\n]*\n$/);
    expect(JSON.parse((await resume()).stdout)).toMatchObject({ kind: 'nothing-unfinished' });

    const { code, stdout } = await runNode([cistern, 'update', '--resume-only', '--json'], { environment });
    expect(code).toBe(0);
    // Events may come first; the result is the last line.
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ reason: 'nothing-to-finish' });
    await modem.stop();
  });

  it('leaves a modem alone on which no update is unfinished', { timeout: 60_000 }, async () => {
    const { modem, resume, log } = await aRouter();
    const { code, stdout } = await resume();
    expect({ code, end: JSON.parse(stdout) }).toEqual({
      code: 0,
      end: { format: 'cistern-schedule-run/1', kind: 'nothing-unfinished' },
    });
    expect(
      modem.states.filter(({ state, transferCount }) => state !== 'normal' || transferCount > 0),
    ).toEqual([]);
    expect(await log()).toBe('');
    await modem.stop();
  });
});
