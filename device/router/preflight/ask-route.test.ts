/** The kernel's own answers, in a network of the test's: two interfaces, and the way out through one of them. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import type { Machine } from '../machine.ts';
import { askRoute } from './ask-route.ts';

const NETWORK = `cistern-test-${process.pid}`;
const sh = (script: string) => spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
const inNetwork = (command: readonly string[]) =>
  spawnSync('ip', ['netns', 'exec', NETWORK, ...command], { encoding: 'utf8' });
const made = sh(`
  ip netns add ${NETWORK}
  ip netns exec ${NETWORK} sh -ec '
    ip link set lo up
    ip link add wan0 type veth peer name peer0
    ip link add wwan0 type veth peer name peer1
    ip addr add 192.0.2.1/24 dev wan0
    ip addr add 198.51.100.1/24 dev wwan0
    for each in wan0 wwan0 peer0 peer1; do ip link set $each up; done
    ip route add default dev wwan0'`);
if (made.status !== 0)
  process.stderr.write(`\nSKIPPED: routes need root and network namespaces: ${made.stderr.trim()}\n\n`);
afterAll(() => sh(`ip netns del ${NETWORK}`));

const machine: Pick<Machine, 'run'> = {
  run: async (command) => {
    const { status, stdout, stderr } = inNetwork(command);
    return { code: status, signalName: null, stdout, stderr };
  },
};
/** Knows no -j, as busybox's ip. */
const busybox: Pick<Machine, 'run'> = {
  run: async (command) =>
    command.includes('-j')
      ? { code: 1, signalName: null, stdout: '', stderr: 'ip: invalid option' }
      : machine.run(command),
};
const asked = (from: string | null, of = machine) => askRoute({ address: '203.0.113.1', from }, of);

describe.runIf(made.status === 0)('the way of packets from an address', () => {
  it.each([
    ['iproute2', machine],
    ['an ip without -j', busybox],
  ])('is what the rules for that address say, as %s tells it', async (_, of) => {
    expect(await asked('198.51.100.1', of)).toBe('wwan0');
    // An address of wan0 alone sends nothing through wan0.
    expect(await asked('192.0.2.1', of)).toBe('wwan0');
    inNetwork(['ip', 'route', 'add', 'default', 'dev', 'wan0', 'table', '7']);
    inNetwork(['ip', 'rule', 'add', 'from', '192.0.2.1', 'table', '7']);
    expect(await asked('192.0.2.1', of)).toBe('wan0');
    expect(await asked(null, of)).toBe('wwan0');
    inNetwork(['ip', 'rule', 'del', 'from', '192.0.2.1']);
  });

  it('is unknown where there is none', async () => {
    expect(await asked('203.0.113.99')).toBeNull();
  });
});
