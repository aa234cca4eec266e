/** `cistern schedule run` in this process: what it clears up where there is nothing to do. The updater is a script. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Context } from '../../device/context.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { STAGE_LEFT_MAX_MS } from '../../device/stage/limits.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import type { StagePlatform } from '../../device/stage/platform.ts';
import { prepareStage } from '../../device/stage/prepare-stage.ts';
import type { Stage } from '../../device/stage/stage.ts';
import { stageName } from '../../device/stage/stage-name.ts';
import { CAN_MOUNT, platformAt } from '../../device/stage/test-places.ts';
import { attempt } from '../../device/update/test-attempt.ts';
import { aCommandScene } from '../support/a-command.ts';
import { must } from '../support/must.ts';

const never = new AbortController().signal;
const NAME = stageName('EC25EUGAR08A03M4G_01.200.01.200', 'usb-1');
/** As the machine sees a run that was killed. */
const DEAD = { processes: { ...systemProcesses, ownPid: 999_999_999 } };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function aScheduledMachine() {
  const base = await mkdtemp(join(tmpdir(), 'cistern-scheduled-'));
  ends.push(() => rm(base, { recursive: true, force: true }));
  const [memory, disk, stateDir, script] = ['memory', 'disk', 'state', 'updater'].map((name) =>
    join(base, name),
  ) as [string, string, string, string];
  await mkdir(disk);
  await mkdir(join(stateDir, 'journal'), { recursive: true });
  const words = JSON.stringify({ format: 'cistern-update/1', result: 'up-to-date' });
  await writeFile(script, `echo "$@" >> "${base}/calls"\necho '${words}'\n`);
  const left = async (
    changes: Partial<StagePlatform>,
    name: string | null,
    wanted = 'auto',
  ): Promise<Stage> => {
    const platform = platformAt(memory, changes);
    const wish = { wanted, neededBytes: 64 * 1024, platform, ...(name === null ? {} : { name }) };
    const stage = must(await prepareStage(wish, never));
    ends.push(stage.release);
    await writeFile(join(stage.directory, 'chunk'), 'what came');
    return stage;
  };
  const run = async (trigger: 'timer' | 'resume', changes: Partial<StagePlatform> = {}) => {
    const itself = Object.create(process, {
      execPath: { value: '/bin/sh' },
      argv: { value: ['/bin/sh', script] },
    }) as NodeJS.Process;
    const context: Partial<Context> = {
      process: itself,
      environment: { CISTERN_STATE: stateDir },
      clock: { nowMs: () => Date.UTC(2026, 10, 23), elapsedMs: () => 0, sleep: async () => {} },
      stagePlatform: platformAt(memory, changes),
    };
    const door = undefined as never;
    const scene = await aCommandScene({ door, context });
    ends.push(scene.end);
    const said = await scene.cistern('schedule', 'run', '--trigger', trigger, '--json');
    return { ...said, calls: await readFile(join(base, 'calls'), 'utf8').catch(() => '') };
  };
  return { memory, disk, stateDir, left, run };
}

describe.runIf(CAN_MOUNT)('a scheduled run that has nothing to do', () => {
  it.each([
    ['timer', true],
    ['resume', false],
  ] as const)('of the %s leaves what a later run may take up: %s', async (trigger, isSpared) => {
    const { left, run } = await aScheduledMachine();
    const killed = await left(DEAD, NAME);
    const { code, calls } = await run(trigger);
    expect(code).toBe(0);
    // The timer's updater has looked and found nothing new; a hook starts none.
    expect(calls).toMatch(trigger === 'timer' ? /^update --quiet --json/ : /^$/);
    expect(existsSync(join(killed.directory, 'chunk'))).toBe(isSpared);
  });

  it.each(['timer', 'resume'] as const)(
    'of the %s removes what none will take up, with all that stands beside it',
    async (trigger) => {
      const { memory, left, run } = await aScheduledMachine();
      await left(DEAD, null);
      await left(DEAD, NAME);
      const uptimeMs = nodePlatform.uptimeMs() + STAGE_LEFT_MAX_MS + 1;
      const { code, stderr } = await run(trigger, { uptimeMs: () => uptimeMs });
      expect([code, stderr]).toEqual([0, '']);
      expect(await readdir(memory)).toEqual([]);
    },
  );

  it.each(['timer', 'resume'] as const)(
    'of the %s keeps what a living run holds, what an unfinished attempt is flashed from, and what is on a disk',
    async (trigger) => {
      const { disk, stateDir, left, run } = await aScheduledMachine();
      const held = await left({}, NAME);
      const half = await left(DEAD, null);
      const onDisk = await left(DEAD, NAME, disk);
      const journal = attempt({ step: 'erasing', flashTouched: true, stage: half.proof });
      await writeFile(join(stateDir, 'journal/usb-1.json'), JSON.stringify(journal));
      expect((await run(trigger)).code).toBe(0);
      for (const { directory } of [held, half, onDisk])
        expect(existsSync(join(directory, 'chunk')), directory).toBe(true);
    },
  );
});
