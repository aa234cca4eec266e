/** The machine made ready: real services below a root of the test, a real sysfs tree. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routerSentences } from '../../device/report/explain/router-sentences.ts';
import type { RouterFailure } from '../../device/router/make-ready.ts';
import { CHECKS } from '../../device/router/preflight/preflight.ts';
import { aModemRouter } from './a-modem-router.ts';

describe('a machine made ready', () => {
  it('has its services stopped, and gets them back', async () => {
    const { ready, calls } = await aModemRouter({ routeDevice: 'eth0' });
    const stopped = await ready();
    expect(stopped).toMatchObject({ ok: true, value: { names: ['gsmd'] } });
    expect(await calls()).toEqual(['stop']);
    if (stopped.ok) await stopped.value.startAgain();
    expect(await calls()).toEqual(['stop', 'start']);
  });

  it('is refused, with nothing stopped, where the modem is the only uplink and the package lies in memory', async () => {
    const { ready, calls } = await aModemRouter({ routeDevice: 'wwan0' });
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { reason: 'preflight-refused', check: 'uplink' },
    });
    expect(await calls()).toEqual([]);
  });

  it('is refused where a VPN leads to the repository: its packets may leave through the modem', async () => {
    const { ready, calls } = await aModemRouter({ routeDevice: 'wg0' });
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { check: 'uplink', what: expect.stringContaining('(wg0) stands on cannot be told') },
    });
    expect(await calls()).toEqual([]);
    expect(await ready({ accepted: ['uplink'] })).toMatchObject({ ok: true });
  });

  it.each([
    ['the package lies on a disk', { packageOutlivesReboot: true }, 'Nothing needs to be done'],
    ['a person lets it through', { accepted: ['uplink'] }, 'It was told to go on all the same.'],
    ['an update is taken up', { accepted: CHECKS }, 'It was told to go on all the same.'],
  ] as const)('goes on over the only uplink where %s, and says so', async (_, changes, note) => {
    const { ready, notes } = await aModemRouter({ routeDevice: 'wwan0' });
    expect(await ready(changes)).toMatchObject({ ok: true });
    expect(notes).toEqual([expect.stringContaining(note)]);
  });

  it('is refused, with its services back, where somebody unknown still holds a port', async () => {
    const { holdPort, ready, calls } = await aModemRouter({ routeDevice: 'eth0' });
    await holdPort('/usr/sbin/3ginfo');
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { check: 'port-holders', what: '3ginfo (process 4000001) holds /dev/ttyUSB92 of the modem.' },
    });
    expect(await calls()).toEqual(['stop', 'start']);
  });

  it('is refused, with its services back, where a crontab reboots it for a modem that is away', async () => {
    const { put, ready, calls, notes } = await aModemRouter({ routeDevice: 'eth0' });
    const line = '*/5 * * * * ping -c1 192.0.2.1 || reboot';
    await put('etc/crontabs/root', `${line}\n`);
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { check: 'watchdogs', what: expect.stringContaining(`/etc/crontabs/root: ${line}`) },
    });
    expect(await calls()).toEqual(['stop', 'start']);
    expect(await ready({ accepted: ['watchdogs'] })).toMatchObject({ ok: true });
    expect(notes).toEqual([expect.stringContaining('It was told to go on all the same.')]);
  });

  it('says that nothing is stopped where no profile knows the system', async () => {
    const { root, ready, notes } = await aModemRouter({ routeDevice: 'eth0' });
    await rm(join(root, 'etc/init.d/gsmd'));
    expect(await ready()).toMatchObject({ ok: true, value: { names: [] } });
    expect(notes).toEqual([expect.stringMatching(/^No profile .*rutos, openwrt, debian.*none is stopped\./)]);
  });

  it('leaves services alone that stand around another machine’s modem', async () => {
    const { ready, calls, notes } = await aModemRouter({ routeDevice: 'eth0' });
    expect(await ready({ modem: null, isBehindRelay: true })).toMatchObject({
      ok: true,
      value: { names: [] },
    });
    expect(await calls()).toEqual([]);
    expect(notes).toEqual([]);
  });
});

describe('what is told of it', () => {
  const refusal = (mayOverride: boolean): Extract<RouterFailure, { reason: 'preflight-refused' }> => ({
    reason: 'preflight-refused',
    check: 'power',
    what: 'W.',
    next: 'N.',
    mayOverride,
  });

  it('names the word that overrides, where there is one', () => {
    expect(routerSentences['preflight-refused'](refusal(true)).next).toBe(
      'N. To go on all the same: --accept power.',
    );
    expect(routerSentences['preflight-refused'](refusal(false)).next).toBe('N.');
  });

  it('says whether the modem is without power', () => {
    const said = (isOff: boolean) =>
      routerSentences['power-not-switched']({ reason: 'power-not-switched', board: 'B', said: 'EIO', isOff })
        .what;
    expect(said(true)).toContain('did not come on again');
    expect(said(false)).toContain('could not be switched');
  });
});
