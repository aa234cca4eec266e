/** `cistern … --router`, through a real ssh and a real sshd, to a router whose programs are busybox. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Interruption } from '../../device/interruption.ts';
import { postGuard } from '../../device/remote/guard.ts';
import { connectSsh } from '../../device/remote/ssh.ts';
import type { UpdateTimings } from '../../device/update/limits.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { aCommandScene, type CommandScene } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { NEXT_VERSION, type PackageShelf, packageShelf } from '../support/local-package.ts';
import { PATIENT_TIMINGS } from './patient-timings.ts';
import {
  ROUTER,
  SOCKET,
  type SshRouter,
  type SshRouterOptions,
  sshRouter,
  whyNoRouter,
} from './router-behind-sshd.ts';

const why = whyNoRouter();
if (why !== null) console.warn(`SKIPPED: a router behind a real sshd: ${why}`);

let shelf: PackageShelf;
let next = '';
beforeAll(async () => {
  shelf = await packageShelf();
  next = await shelf.copy(NEXT_VERSION);
});
afterAll(() => shelf.remove());

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Scene = { readonly modem: SimulatedModem; readonly router: SshRouter; readonly scene: CommandScene };

async function sceneWith(
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
      timings,
      signal,
    },
  });
  ends.push(scene.end);
  return { modem, router, scene };
}

async function run({ scene }: Scene, ...words: readonly string[]) {
  const stage = await mkdtemp(join(shelf.directory, 'stage-'));
  return scene.cistern(...words, '--router', ROUTER, '--stage', stage, '--yes');
}

async function expectNothingLeft(router: SshRouter): Promise<void> {
  await expect.poll(router.leftBehind, { timeout: 20_000 }).toEqual([]);
  await expect.poll(router.strangers, { timeout: 20_000 }).toEqual([]);
}

describe.skipIf(why !== null)('a modem in a router', { timeout: 120_000 }, () => {
  it('of RutOS is flashed through its relay, with its services stopped, and nothing is left behind', async () => {
    const on = await sceneWith({ kind: 'rutos' });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(on.modem.state()).toBe('normal');
    const calls = await on.router.calls();
    expect(calls.filter((call) => !call.startsWith('quectel_flash'))).toEqual([
      'stop modem_trackd',
      'stop gsmd',
      'stop ledman',
      'start ledman',
      'start gsmd',
      'start modem_trackd',
    ]);
    expect(calls).toContain(`quectel_flash qfirehose -p 9008 -s /sys/bus/usb/devices/${SOCKET}`);
    expect(await on.router.running()).toEqual(['ledman', 'gsmd', 'modem_trackd']);
    await expectNothingLeft(on.router);
  });

  it('of OpenWrt, which has no relay, is flashed over its ttys', async () => {
    const on = await sceneWith({ kind: 'openwrt', ttyTool: 'socat' });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('it has no relay');
    expect(await on.router.calls()).toEqual(['stop modemmanager', 'start modemmanager']);
    expect(await on.router.running()).toEqual(['ModemManager']);
    await expectNothingLeft(on.router);
  });

  it('whose connection breaks while it is written is finished over a new one, with its services still stopped', async () => {
    const on = await sceneWith({ kind: 'rutos' });
    let cuts = 0;
    on.modem.onProgram(() => {
      if (cuts++ === 2) on.router.cutConnections();
    });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('connected to router again');
    expect(await on.router.running()).toEqual(['ledman', 'gsmd', 'modem_trackd']);
    await expectNothingLeft(on.router);
  });

  it('that does not come back has its power renewed by the router, and is confirmed', async () => {
    const on = await sceneWith({ kind: 'rutos' }, { faults: [{ kind: 'never-returns' }] }, undefined, {
      ...PATIENT_TIMINGS,
      returnMs: 4_000,
      recoveryMs: 4_000,
    });
    const isCut = async () => (await on.router.calls()).includes('mctl -r -m 2');
    const powered = expect.poll(isCut, { timeout: 90_000, interval: 200 }).toBe(true);
    void powered.then(() => on.modem.powerCycle());
    const { code, stderr } = await run(on, 'flash', next);
    await powered;
    expect(code, stderr).toBe(0);
    await expectNothingLeft(on.router);
  });

  it('that was found in emergency download mode is rescued, and nothing is written', async () => {
    const on = await sceneWith({ kind: 'rutos' }, { startIn: 'edl-hello-taken' });
    const { code, stdout, stderr } = await run(on, 'rescue');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('starts by itself: in normal mode');
    await expectNothingLeft(on.router);
  });

  it('is left as it was by Ctrl-C before it is touched: services run, relay and watchman are gone', async () => {
    const interrupt = new AbortController();
    const on = await sceneWith({ kind: 'rutos' }, {}, interrupt.signal);
    const stopping = expect.poll(on.router.calls, { timeout: 60_000 }).toContain('stop gsmd');
    void stopping.then(() => interrupt.abort(new Interruption('SIGINT')));
    const { code } = await run(on, 'flash', next);
    await stopping;
    expect(code).toBe(130);
    expect(on.modem.state()).toBe('normal');
    expect(await on.router.running()).toEqual(['ledman', 'gsmd', 'modem_trackd']);
    await expectNothingLeft(on.router);
  });

  it.each([
    ['is killed', undefined, true],
    ['falls silent and never says good-bye', { watchIntervalS: 1, silentLooks: 2 }, false],
  ])(
    'has its services again, and nothing of us, where the computer beside it %s',
    async (_, patience, isCut) => {
      const { router } = await sceneWith({ kind: 'rutos' });
      const wish = { destination: ROUTER, configPath: router.sshConfig, mayAsk: false };
      const link = await connectSsh(wish, new AbortController().signal);
      if (!link.ok) throw new Error(link.failure.reason);
      const guard = await postGuard(link.value, 'a-run', patience);
      if (!guard.ok) throw new Error(guard.failure.reason);
      await guard.value.keep(['/etc/init.d/gsmd', 'start']);
      await link.value.run('/etc/init.d/gsmd stop');
      guard.value.keepRelay(['sleep', '600']);
      if (isCut) router.cutConnections();
      await expect.poll(router.calls, { timeout: 30_000 }).toEqual(['stop gsmd', 'start gsmd']);
      await expectNothingLeft(router);
      await expect.poll(guard.value.isOnDuty).toBe(false);
      await link.value.close();
    },
  );

  it('is not touched where the router cannot be logged in to, each with its reason', async () => {
    const on = await sceneWith({ kind: 'openwrt', hasQcserial: false });
    const said = async (router = ROUTER) =>
      (await on.scene.cistern('rescue', '--router', router, '--yes', '--json')).stdout;
    expect(await said()).toContain('"relay-missing"');
    await writeFile(on.router.authorizedKeys, '');
    expect(await said()).toContain('"router-login-refused"');
    await writeFile(on.router.knownHosts, '');
    expect(await said()).toContain('"router-host-key-unknown"');
    await writeFile(on.router.knownHosts, on.router.otherKnownHost);
    expect(await said()).toContain('"router-host-key-changed"');
    expect(await said('-oProxyCommand=reboot')).toContain('"router-unreadable"');
    await on.router.end();
    expect(await said()).toContain('"router-unreachable"');
  });
});
