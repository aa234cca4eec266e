/**
 * The updater is killed, as a reboot or the OOM killer does it, when a step has just been written to the journal.
 * The next run takes it from there, without a hand.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { bundleAlone } from '../support/bundle.ts';
import { startModem } from '../support/modem-process.ts';
import { type Finished, runNode, startNode } from '../support/processes.ts';

const repository = inject('repository');
let cistern = '';
beforeAll(async () => {
  cistern = await bundleAlone();
});

/** Before and after the first erase; each of the others: `killed-at-steps.test.ts`. */
const STEPS: readonly UpdateStep[] = ['fetching', 'erasing'];

describe('an updater that is killed', () => {
  it.concurrent.each(STEPS)(
    'is taken up by the next run when it dies at %s',
    { timeout: 120_000 },
    async (step) => {
      const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
      const stateDirectory = await mkdtemp(join(repository.directory, 'killed-'));
      const args = [
        ...[cistern, 'update', '--json', '--modem', modem.locator, '--repository', repository.url],
        ...['--root', repository.rootFile, '--state', stateDirectory],
      ];
      const dying = startNode(args, {
        onStdoutLine: (line, process) => {
          if ((JSON.parse(line) as { step?: string }).step === step) void process.stop('SIGKILL');
        },
      });
      expect((await dying.finished).code).not.toBe(0);

      const { code, stdout } = await runNode(args);
      const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
      expect(result, `killed at ${step}`).toMatchObject({ result: 'updated' });
      expect(code).toBe(0);
      expect(modem.states.at(-1)).toMatchObject({
        state: 'normal',
        firmware: DEMO_NEW_VERSION,
        calibration: 'intact',
      });
      await modem.stop();
    },
  );

  it('keeps a second updater away from a modem that is being updated', async () => {
    const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
    const stateDirectory = await mkdtemp(join(repository.directory, 'two-'));
    const args = [
      ...[cistern, 'update', '--json', '--ask', '--modem', modem.locator, '--repository', repository.url],
      ...['--root', repository.rootFile, '--state', stateDirectory],
    ];
    const second = Promise.withResolvers<Finished>();
    const first = startNode(args, {
      onStdoutLine: (line, process) => {
        if ((JSON.parse(line) as { step?: string }).step !== 'staged') return;
        second.resolve(runNode(args).finally(() => process.write('no\n')));
      },
    });
    await first.finished;
    const refused = await second.promise;
    expect(refused.code).toBe(75);
    expect(JSON.parse(refused.stdout)).toMatchObject({ reason: 'another-updater-runs' });
    await modem.stop();
  });
});
