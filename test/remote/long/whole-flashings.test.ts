/** `npm run test:remote`: whole flashings over SSH that take their time. The short form is ../beside-a-router.test.ts. */
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../../device/interruption.ts';
import { remoteMachine } from '../../../device/remote/remote-machine.ts';
import { openRouterSession } from '../../../device/remote/router-session.ts';
import { findBoardPowers } from '../../../device/router/power/board-power.ts';
import { powerCycle } from '../../../device/router/power/power-cycle.ts';
import { DEMO_NEW_VERSION } from '../../firmware/demo-package.ts';
import { startSharedRepository } from '../../support/shared-repository.ts';
import { next } from '../../support/shelf-of-file.ts';
import { PATIENT_TIMINGS } from '../patient-timings.ts';
import { SOCKET } from '../router-files.ts';
import { ROUTER } from '../router-login.ts';
import { expectNothingLeft, run, sceneWith, why } from '../router-scene.ts';

const hasDropbear = spawnSync('test', ['-x', '/usr/sbin/dropbear']).status === 0;
if (!hasDropbear) console.warn('SKIPPED: a router behind dropbear (test/prepare installs it)');

describe.skipIf(why !== null)('a modem in a router, for as long as it takes,', { timeout: 120_000 }, () => {
  it('of OpenWrt, which has no relay, is flashed over its ttys', async () => {
    const on = await sceneWith({ kind: 'openwrt', ttyTool: 'socat' });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('it has no relay');
    expect(await on.router.calls()).toEqual(['stop modemmanager', 'start modemmanager']);
    expect(await on.router.running()).toEqual(['ModemManager']);
    await expectNothingLeft(on.router);
  });

  it.skipIf(!hasDropbear)('of OpenWrt with its own SSH server, dropbear, is flashed as well', async () => {
    const on = await sceneWith({ kind: 'openwrt', server: 'dropbear' });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(await on.router.running()).toEqual(['ModemManager']);
    await expectNothingLeft(on.router);
  });

  it('is updated from a repository that only the computer beside it can reach', async () => {
    const { repository, end } = await startSharedRepository();
    try {
      const on = await sceneWith({ kind: 'rutos' });
      const stage = await mkdtemp(join(repository.directory, 'beside-'));
      const { code, stdout, stderr } = await on.scene.cistern(
        ...['update', '--router', ROUTER, '--stage', stage],
        ...['--repository', repository.url, '--root', repository.rootFile],
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`-> ${DEMO_NEW_VERSION}: read back, confirmed, reported`);
      expect(on.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
      expect(await on.router.running()).toEqual(['ledman', 'gsmd', 'modem_trackd']);
      await expectNothingLeft(on.router);
    } finally {
      await end();
    }
  });

  it('has its power back where the connection breaks while it is away', async () => {
    const { router } = await sceneWith({ kind: 'openwrt', hasPowerSwitch: true });
    const wish = { destination: ROUTER, configPath: router.sshConfig, mayAsk: false };
    const session = await openRouterSession(
      { ...wish, run: 'a-run', onNote: () => {} },
      new AbortController().signal,
    );
    if (!session.ok) throw new Error(session.failure.reason);
    const machine = remoteMachine(session.value);
    const [board] = await findBoardPowers(machine, SOCKET);
    if (board === undefined) throw new Error('the board is not known');
    const cycling = powerCycle(board, machine);
    await expect.poll(router.powerSwitch, { timeout: 10_000 }).toBe('0');
    router.cutConnections();
    await expect.poll(router.powerSwitch, { timeout: 10_000 }).toBe('1');
    await cycling;
    await session.value.end();
    await expectNothingLeft(router);
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
});
