/** Scenes of `cistern … --router`: a simulated modem in a router of busybox behind a real sshd. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { UpdateTimings } from '../../device/update/limits.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { aCommandScene, type CommandScene } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { newStage } from '../support/shelf-of-file.ts';
import { PATIENT_TIMINGS } from './patient-timings.ts';
import { type SshRouter, type SshRouterOptions, sshRouter, whyNoRouter } from './router-behind-sshd.ts';
import { ROUTER } from './router-login.ts';

export const why = whyNoRouter();
if (why !== null) console.warn(`SKIPPED: a router behind a real sshd: ${why}`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export type Scene = {
  readonly modem: SimulatedModem;
  readonly router: SshRouter;
  readonly scene: CommandScene;
};

export async function sceneWith(
  routerOptions: SshRouterOptions,
  options: Partial<SimulatedModemOptions> = {},
  signal: AbortSignal = new AbortController().signal,
  timings: UpdateTimings = PATIENT_TIMINGS,
): Promise<Scene> {
  const modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 300, departureMs: 20 },
    ...options,
  });
  ends.push(() => modem.close());
  const router = await sshRouter(modem, routerOptions);
  ends.push(router.end);
  const state = await mkdtemp(join(tmpdir(), 'cistern-beside-'));
  ends.push(() => rm(state, { recursive: true, force: true }));
  const scene = await aCommandScene({
    door: inProcessDoor(modem),
    context: {
      environment: { CISTERN_STATE: state, CISTERN_SSH_CONFIG: router.sshConfig },
      // A pinned root that a test names; none of this machine's settings.
      readTextFile: (path) =>
        path.startsWith(tmpdir()) ? readFile(path, 'utf8').catch(() => null) : Promise.resolve(null),
      timings,
      signal,
    },
  });
  ends.push(scene.end);
  return { modem, router, scene };
}

export async function run({ scene }: Scene, ...words: readonly string[]) {
  return scene.cistern(...words, '--router', ROUTER, '--stage', await newStage(), '--yes');
}

export async function expectNothingLeft(router: SshRouter): Promise<void> {
  await expect.poll(router.leftBehind, { timeout: 20_000 }).toEqual([]);
  await expect.poll(router.strangers, { timeout: 20_000 }).toEqual([]);
}
