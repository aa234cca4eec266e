/** Scripts of ours that a router runs, under busybox's ash: what Debian's sh forgives, a router may not. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdCommand } from '../../device/router/hold-command.ts';
import { systemMachine } from '../../device/router/machine.ts';
import type { BoardPower } from '../../device/router/power/board-power.ts';
import { powerCycle } from '../../device/router/power/power-cycle.ts';
import { IPK_PRERM } from '../../packaging/scripts.ts';

const BUSYBOX = '/usr/bin/busybox';
const hasBusybox = spawnSync(BUSYBOX, ['true']).status === 0;
if (!hasBusybox) console.warn('SKIPPED: scripts under busybox ash (apt-get install busybox)');

const path = process.env.PATH;
let root: string;

/** Below it `sh` is busybox's. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cistern-ash-'));
  await mkdir(join(root, 'bin'));
  await symlink(BUSYBOX, join(root, 'bin/sh'));
  process.env.PATH = `${join(root, 'bin')}:${path}`;
});
afterEach(async () => {
  process.env.PATH = path;
  await rm(root, { recursive: true });
});

const program = (name: string, line: string) =>
  writeFile(join(root, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });

describe.skipIf(!hasBusybox)('under busybox ash', () => {
  it('a program is held until it is let go, and why it ends is told', async () => {
    const shell = execFileSync('sh', ['-c', 'readlink -f /proc/$$/exe; exit'], { encoding: 'utf8' });
    expect(shell.trim()).toBe(BUSYBOX);
    const held = await holdCommand(['sh', '-c', 'echo held; exec sleep 600'], 'held');
    if (!held.ok) throw new Error(held.failure.why);
    await held.value.release();
    await held.value.ended;
    const refused = await holdCommand(['sh', '-c', 'echo "no such modem" >&2; exit 7'], 'held');
    expect(refused).toEqual({ ok: false, failure: { why: 'no such modem' } });
  });

  it('power is taken away and given back', async () => {
    const value = join(root, 'value');
    await writeFile(value, '1');
    await program('sleep', `cat ${value} > ${join(root, 'during')}`);
    const method = { kind: 'gpio', path: value, off: '0', on: '1' } as const;
    const board: BoardPower = { name: 'a board', sign: value, usbPaths: null, cutsPower: true, method };
    expect(await powerCycle(board, systemMachine)).toMatchObject({ ok: true });
    expect(await readFile(join(root, 'during'), 'utf8')).toBe('0');
    expect(await readFile(value, 'utf8')).toBe('1');
    const without = { ...board, method: { ...method, path: join(root, 'nothing') } };
    expect(await powerCycle(without, systemMachine)).toMatchObject({
      failure: { reason: 'power-not-switched', isOff: false },
    });
  });

  it.each([
    ['removed: its schedule goes with it', {}, 1],
    ['upgraded: its schedule stays', { PKG_UPGRADE: '1' }, 0],
  ])('a package is %s', async (_, environment, calls) => {
    await mkdir(join(root, 'etc/cistern'), { recursive: true });
    await writeFile(join(root, 'etc/cistern/schedule.json'), '{}');
    await program('node', 'echo "$@" >> "$IPKG_INSTROOT/calls"');
    execFileSync('sh', ['-c', IPK_PRERM], {
      env: { PATH: process.env.PATH, IPKG_INSTROOT: root, ...environment },
    });
    const said = await readFile(join(root, 'calls'), 'utf8').catch(() => '');
    expect(said.split('\n').filter((line) => line.includes('schedule remove'))).toHaveLength(calls);
  });
});
