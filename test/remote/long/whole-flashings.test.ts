/** `npm run test:remote`: whole flashings over SSH that take their time. The short form is ../beside-a-router.test.ts. */
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../../device/interruption.ts';
import { PATIENT_TIMINGS } from '../patient-timings.ts';
import { expectNothingLeft, next, run, sceneWith, why } from '../router-scene.ts';

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
