/** Power switches are files and programs below a root directory of the test. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Machine, systemMachine } from '../../device/router/machine.ts';
import { BOARDS, findBoardPowers } from '../../device/router/power/board-power.ts';
import { powerCycle } from '../../device/router/power/power-cycle.ts';
import { renewPower } from '../../device/router/power/renew-power.ts';
import { shellBelow } from '../support/a-router.ts';
import { REPOSITORY_ROOT, startNode } from '../support/processes.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

async function aBoard(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'cistern-board-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  }
  const machine: Machine = {
    ...systemMachine,
    isThere: (path) => systemMachine.isThere(join(root, path)),
    readText: (path) => systemMachine.readText(join(root, path)),
    run: ([_, ...args]) => systemMachine.run(shellBelow(root, args)),
  };
  /** What the switches hold while the power is away. */
  const during = () => readFile(join(root, 'during'), 'utf8').catch(() => '');
  await mkdir(join(root, 'bin'), { recursive: true });
  const sleep = `#!/bin/sh\ncat ${root}/sys/class/gpio/*/value ${root}/sys/bus/usb/devices/*/authorized >>${root}/during\n`;
  await writeFile(join(root, 'bin/sleep'), sleep, { mode: 0o755 });
  const cycle = async (usbPath: string) => {
    const [board] = await findBoardPowers(machine, usbPath);
    if (board === undefined) return null;
    return {
      board: board.name,
      cutsPower: board.cutsPower,
      result: await powerCycle(board, machine),
    };
  };
  const read = (path: string) => readFile(join(root, path), 'utf8');
  return { root, machine, cycle, during, read };
}

const NOTES = `#!/bin/sh\necho "$(basename "$0") $*" >> "$(dirname "$0")/calls"\n`;
const GPIO = '/sys/class/gpio/modem_vbus/value';
const AUTHORIZED = '/sys/bus/usb/devices/1-1.4/authorized';

describe('the power of a modem', () => {
  it('is cut and given back by the GPIO that the board exports', async () => {
    const { cycle, during, read } = await aBoard({ [GPIO]: '1' });
    expect(await cycle('1-1.4')).toMatchObject({ cutsPower: true, result: { ok: true } });
    expect(await during()).toBe('0');
    expect(await read(GPIO)).toBe('1');
  });

  it('is not cut by a switch that belongs to another socket', async () => {
    const { cycle, read } = await aBoard({ [GPIO]: '1' });
    expect(await cycle('1-1.3')).toBeNull();
    expect(await read(GPIO)).toBe('1');
  });

  it('is cut by RutOS, which knows the modem by its number', async () => {
    const { cycle, read } = await aBoard({
      '/etc/init.d/gsmd': '',
      '/etc/board.json': '{"modems":[{"id":"1-1","num":"1"},{"id":"1-1.4","num":"2","builtin":true}]}',
      '/bin/mctl': NOTES,
    });
    expect(await cycle('1-1.4')).toMatchObject({ board: 'RutOS (mctl)', result: { ok: true } });
    expect(await read('/bin/calls')).toBe('mctl -r -m 2\n');
  });

  it('of a modem that RutOS does not number is left to the next way', async () => {
    const { cycle, during } = await aBoard({
      '/etc/init.d/gsmd': '',
      '/etc/board.json': '{}',
      [AUTHORIZED]: '1',
    });
    expect(await cycle('1-1.4')).toMatchObject({ cutsPower: false, result: { ok: true } });
    expect(await during()).toBe('0');
  });

  it.each([
    ['1-1.4', 'uhubctl -l 1-1 -p 4 -a cycle -d 3\n'],
    ['2-1.4.3', 'uhubctl -l 2-1.4 -p 3 -a cycle -d 3\n'],
    ['1-2', 'uhubctl -l 1 -p 2 -a cycle -d 3\n'],
  ])('of socket %s is cut by the hub it stands in', async (usbPath, call) => {
    const { cycle, read } = await aBoard({ '/usr/sbin/uhubctl': '', '/bin/uhubctl': NOTES });
    await cycle(usbPath);
    expect(await read('/bin/calls')).toBe(call);
  });

  it('that could not be switched is said so, with what the program said', async () => {
    const { cycle } = await aBoard({
      '/usr/sbin/uhubctl': '',
      '/bin/uhubctl': '#!/bin/sh\necho "No compatible devices detected" >&2\nexit 1\n',
    });
    expect((await cycle('1-2'))?.result).toMatchObject({
      ok: false,
      failure: { said: 'uhubctl -l 1 -p 2 -a cycle -d 3: No compatible devices detected', isOff: false },
    });
  });

  it.each([
    ['1', 'gives it back another way', true],
    [null, 'leaves it as it is where there is no other way', false],
  ])('that a hub cannot switch (%s) %s', async (authorized, _, isRenewed) => {
    const { machine, read } = await aBoard({
      '/usr/sbin/uhubctl': '',
      '/bin/uhubctl': '#!/bin/sh\necho "No compatible devices detected" >&2\nexit 1\n',
      ...(authorized === null ? {} : { [AUTHORIZED]: authorized }),
    });
    const notes: string[] = [];
    const renewed = await renewPower(['1-1.4'], { machine, onNote: (note) => void notes.push(note) });
    expect(renewed).toEqual({ ok: true, value: { isTried: true, isRenewed } });
    expect(notes).toEqual([
      expect.stringContaining('(uhubctl)'),
      expect.stringContaining('No compatible devices detected'),
      ...(isRenewed ? [expect.stringContaining('off the bus and putting it back')] : []),
    ]);
    if (isRenewed) expect(await read(AUTHORIZED)).toBe('1');
  });

  it('that did not come back is said so: the modem is off', async () => {
    const { root, cycle } = await aBoard({ [GPIO]: '1' });
    // The switch takes what cuts the power, and nothing after it.
    const breaks = `#!/bin/sh\nrm ${root}${GPIO}; mkdir ${root}${GPIO}\n`;
    await writeFile(join(root, 'bin/sleep'), breaks, { mode: 0o755 });
    expect((await cycle('1-1.4'))?.result).toMatchObject({
      ok: false,
      failure: { isOff: true, said: expect.stringContaining('Is a directory') },
    });
  });

  it('is given back also where the updater is killed while it is away', async () => {
    const { root, read } = await aBoard({ [GPIO]: '1' });
    await writeFile(join(root, 'bin/sleep'), '#!/bin/sh\nexec /bin/sleep 0.5\n', { mode: 0o755 });
    const method = { kind: 'gpio', path: join(root, GPIO), off: '0', on: '1' };
    const script = `import { powerCycle } from '${REPOSITORY_ROOT}/device/router/power/power-cycle.ts';
      import { systemMachine } from '${REPOSITORY_ROOT}/device/router/machine.ts';
      await powerCycle({ method: ${JSON.stringify(method)} }, systemMachine);`;
    const PATH = `${join(root, 'bin')}:${process.env.PATH}`;
    const killed = startNode(['--input-type=module', '-e', script], { environment: { PATH } });
    await expect.poll(() => read(GPIO), { timeout: 10_000, interval: 10 }).toBe('0');
    process.kill(killed.pid, 'SIGKILL');
    await killed.finished;
    await expect.poll(() => read(GPIO)).toBe('1');
  });
});

describe('the boards', () => {
  it.each(BOARDS)('$name is known by a path, and cuts power by one of its own', ({ sign, method }) => {
    expect(sign).toMatch(/^\//);
    if (method.kind === 'gpio') expect(method.on).not.toBe(method.off);
  });
});
