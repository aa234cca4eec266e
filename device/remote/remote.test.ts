import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SERVICE_PROFILES } from '../router/services/service-profile.ts';
import { startOf, stopOf } from './counterpart.ts';
import { layOut } from './mirror.ts';
import { quote } from './quote.ts';
import { loginFailure } from './remote-failure.ts';
import { remoteMachine } from './remote-machine.ts';
import { routeBeside } from './route-beside.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const said = (stdout: string, code = 0) => ({ code, signalName: null, stdout, stderr: '' });

describe('words for a shell', () => {
  it('arrive as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 4 }), (raw) => {
        const words = raw.map((word) => word.replaceAll('\0', ''));
        const script = `for w in ${quote(words)}; do printf '%s\\0' "$w"; done`;
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${words.join('\0')}\0`);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a service that a profile stops', () => {
  it.each(
    SERVICE_PROFILES.flatMap(({ name, services }) => services.map((service) => ({ of: name, service }))),
  )('$service.name of $of has the command that starts it again', ({ service }) => {
    const filled = (words: readonly string[]) =>
      words.map((word) => word.replaceAll('{interface}', 'mob1s1a1'));
    expect(startOf(filled(service.stop))).toEqual(filled(service.start));
    expect(stopOf(filled(service.start))).toEqual(filled(service.stop));
  });

  it.each([[['reboot']], [['/etc/init.d/gsmd', 'restart']], [['ifdown']]])(
    'is not meant by %j',
    (command) => {
      expect(startOf(command)).toBeNull();
    },
  );
});

describe('the mirror of a router’s /sys', () => {
  it('writes nothing outside its directory, and no link that leads anywhere', async () => {
    const root = await mkdtemp(join(tmpdir(), 'cistern-mirror-'));
    ends.push(() => rm(root, { recursive: true, force: true }));
    const lines = [
      'A ../../../evil 1',
      'A /etc/evil 1',
      'A 1-1/../../evil 1',
      'L 1-1:1.0/driver ../../etc/passwd',
      'C ../x y',
      'C 1 ../../x',
      'X 1-1/idVendor 2c7c',
      'L 1-1:1.1/driver option',
      'A 1-1:1.1/driver evil',
      'A 1-1:1.1/driver/evil 1',
      'A 1-1/idVendor 2c7c',
      'A 1-1 evil',
      'C 1 xhci.0',
      'D class/net/wwan0',
      'end',
    ];
    await layOut(join(root, 'sys'), lines.join('\n'));
    expect(await readdir(root)).toEqual(['sys']);
    const all = await readdir(join(root, 'sys'), { recursive: true });
    expect(all.filter((path) => /evil|passwd|1\.0\/driver|1\.1\/driver\/|\/x$/.test(path))).toEqual([]);
    const bus = join(root, 'sys/bus/usb/devices');
    expect(await readFile(join(bus, '1-1/idVendor'), 'utf8')).toBe('2c7c\n');
    expect(await readlink(join(bus, '1-1:1.1/driver'))).toBe('/nowhere/option');
    expect(await readlink(join(bus, 'usb1'))).toBe(join(root, 'sys/devices/xhci.0/usb1'));
    expect(await readdir(join(root, 'sys/class/net'))).toEqual(['wwan0']);
  });
});

describe('processes of the router', () => {
  const listed = [
    'own 77',
    '1\t/sbin/procd\t',
    '40\t/usr/sbin/gsmd\t-m\t',
    '41\t/bin/sh\t/usr/bin/modem_updater\t-i\t',
    '77\tdd\tbs=4096\t',
  ].join('\n');
  const machine = (stdout: string) =>
    remoteMachine({ run: async () => said(stdout), keep: async () => true, forget: async () => {} });

  it('are named by program and script, without what we run there ourselves', async () => {
    expect(await machine(listed).processes()).toEqual([
      { pid: 1, names: ['procd'] },
      { pid: 40, names: ['gsmd'] },
      { pid: 41, names: ['sh', 'modem_updater'] },
    ]);
  });

  it('that hold a port of the modem are named, we are not', async () => {
    const links = [
      '/proc/40/fd:',
      'lrwx------ 1 root root 64 Nov 23 16:02 5 -> /dev/ttyUSB2',
      'lrwx------ 1 root root 64 Nov 23 16:02 6 -> /dev/ttyUSB9',
      '/proc/77/fd:',
      'lrwx------ 1 root root 64 Nov 23 16:02 3 -> /dev/ttyUSB2',
    ].join('\n');
    const holders = await machine(`${listed}\nlinks\n${links}`).portHolders?.([
      '/dev/ttyUSB2',
      '/dev/ttyUSB3',
    ]);
    expect(holders).toEqual([{ pid: 40, name: 'gsmd', nodes: ['/dev/ttyUSB2'] }]);
  });

  it('are not stopped where what starts them could not be written down', async () => {
    const scripts: string[] = [];
    const on = remoteMachine({
      run: async (script) => {
        scripts.push(script);
        return said('');
      },
      keep: async () => false,
      forget: async () => {},
    });
    expect((await on.run(['/etc/init.d/gsmd', 'stop'])).code).not.toBe(0);
    expect(scripts).toEqual([]);
  });
});

describe('the way to the repository, from beside a router', () => {
  const router = { addresses: ['192.0.2.1'], run: async () => said('1.2.3.4 dev wwan0 src 10.0.0.2\n') };
  const wayOver = (stdout: string, code = 0) =>
    routeBeside(['ip', 'route', 'get', '1.2.3.4'], { run: async () => said(stdout, code) }, router);

  it.each([
    ['through the router is the router’s', '1.2.3.4 via 192.0.2.1 dev eth0 src 192.0.2.9\n', 'dev wwan0'],
    [
      'past the router is this computer’s',
      '1.2.3.4 via 198.51.100.1 dev wlan0 src 198.51.100.7\n',
      'dev beside-wlan0',
    ],
  ])('%s', async (_, own, device) => {
    expect((await wayOver(own)).stdout).toContain(device);
  });

  it('is not known where this computer knows none', async () => {
    expect((await wayOver('', 2)).code).toBe(2);
  });
});

describe('what ssh says', () => {
  it.each([
    [
      '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
      'router-host-key-changed',
    ],
    [
      'No ED25519 host key is known for [h] and you have requested strict checking.\nHost key verification failed.',
      'router-host-key-unknown',
    ],
    ['root@h: Permission denied (publickey,password).', 'router-login-refused'],
    ['ssh: Could not resolve hostname h: Name or service not known', 'router-unreachable'],
    ['', 'router-unreachable'],
  ])('%j is %s', (log, reason) => {
    expect(loginFailure('root@h', log).reason).toBe(reason);
  });
});
