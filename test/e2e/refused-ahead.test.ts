/** A whole update on a router that is not fit for it: not a byte is paid for, nothing is stopped, the modem is left alone. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../device/clock.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { surroundingsOf } from '../../device/router/surroundings.ts';
import { aModemRouter } from '../router/a-modem-router.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

type Router = Awaited<ReturnType<typeof aModemRouter>>;

describe('an obstacle that will still be there', () => {
  it.each<[string, (router: Router) => Promise<void>, string]>([
    [
      'a watchdog in a crontab',
      ({ put }) => put('etc/crontabs/root', '*/5 * * * * ping -c1 192.0.2.1 || reboot\n'),
      'watchdogs',
    ],
    [
      'another service that holds a port',
      ({ holdPort }) => holdPort('/usr/sbin/smsd', '/services/smsd/instance1'),
      'port-holders',
    ],
  ])('such as %s refuses the update before the first byte', async (_, obstruct, check) => {
    const router = await aModemRouter({ routeDevice: 'eth0' });
    await obstruct(router);
    scenario = await aScenario();
    const { door, stateDir, repositoryUrl, events } = scenario.ports;
    const onBus = { paths: ['1-1.4'], look: async () => router.modem };
    const fetched: unknown[] = [];
    Object.assign(scenario.ports, {
      events: { ...events, onFetch: (progress: unknown) => fetched.push(progress) },
      surroundings: surroundingsOf(
        { modemKey: door.key, onBus, repositoryUrl, throughInterface: null },
        {
          ...router.gathering,
          stateDir,
          processTable: systemProcesses,
          clock: systemClock,
          onNote: events.onNote,
        },
      ),
    });
    const stage = join(dirname(stateDir), `never-filled-${check}`);
    const refused = await scenario.run({ stage });
    expect(refused).toMatchObject({ failure: { reason: 'preflight-refused', check } });
    expect(refused).toMatchObject({ verdict: { outcome: 'unchanged', fetchedBytes: 0 } });
    expect(endOf(refused)).toBe('unchanged: preflight-refused');
    expect(scenario.steps).not.toContain('fetching');
    expect(fetched).toEqual([]);
    await expect(readdir(stage)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await router.calls()).toEqual([]);
    expect(scenario.modemStates).toEqual([]);
  });
});
