import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@stricli/core';
import { afterEach, describe, expect, it } from 'vitest';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { app } from '../app.ts';
import { systemClock } from '../clock.ts';
import { buildContext, type Context } from '../context.ts';
import { socketKey } from '../transport/bus/ports.ts';
import { ec25, inEdl, type TestSysfs, type TestUsbDevice, testSysfs } from '../transport/bus/test-sysfs.ts';
import { systemPorts } from '../transport/local-ports.ts';
import { type Attempt, Journal, journalPath } from '../update/journal.ts';

const opened: { readonly remove: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.remove();
});

type Scene = {
  readonly devices?: readonly TestUsbDevice[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly forbidden?: readonly string[];
  readonly noBus?: boolean;
};

/** The test runner's own signals are no business of the command. */
const quietProcess = Object.create(process, { on: { value: () => {} } }) as NodeJS.Process;

async function scene({ devices = [], environment = {}, forbidden = [], noBus = false }: Scene) {
  const sysfs: TestSysfs = await testSysfs({ devices });
  const stateDir = await mkdtemp(join(tmpdir(), 'cistern-devices-'));
  opened.push(sysfs, { remove: () => rm(stateDir, { recursive: true, force: true }) });
  const said = { stdout: '', stderr: '', code: 0 };
  const context: Context = {
    ...buildContext(quietProcess),
    environment,
    stdout: {
      write: (text) => {
        said.stdout += text;
      },
    },
    stderr: {
      write: (text) => {
        said.stderr += text;
      },
    },
    localPorts: {
      ...systemPorts,
      sysfs: noBus ? '/nowhere' : sysfs.root,
      mayOpen: async (node) => !forbidden.includes(node),
    },
    setExitCode: (code) => {
      said.code = code;
    },
  };
  const devicesCommand = async (...flags: readonly string[]) => {
    await run(app, ['devices', '--state', stateDir, ...flags], context);
    return said;
  };
  return { sysfs, stateDir, devicesCommand };
}

async function breakOffWhileErasing(stateDir: string, modemKey: string): Promise<void> {
  const now = new Date(0).toISOString();
  const attempt: Attempt = {
    format: 'cistern-journal/1',
    attemptId: randomUUID(),
    modemKey,
    where: 'usb:1-1',
    model: modelIdSchema.parse('quectel/ec25euga-m4g'),
    fromVersion: 'EC25EUGAR06A05M4G_01.003.01.003',
    toVersion: 'EC25EUGAR08A03M4G_01.200.01.200',
    origin: { kind: 'repository' },
    step: 'erasing',
    flashTouched: true,
    snapshot: null,
    stage: null,
    documents: null,
    startedAt: now,
    updatedAt: now,
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
  };
  const journal = new Journal(journalPath(stateDir, modemKey), attempt, systemClock, () => {});
  const written = await journal.note({});
  if (!written.ok) throw new Error(written.failure.why);
}

const crashed = { path: '1-3', usbId: '2c7c:0800', interfaces: [{}] };
const ec200 = { path: '1-4', usbId: '2c7c:6005', interfaces: [{ driver: 'option' }, {}] };

describe('cistern devices without a modem named', () => {
  it('lists what is plugged in: path, state, id, name, drivers, what to do', async () => {
    const { devicesCommand } = await scene({ devices: [ec25('1-1.4'), inEdl('1-2'), crashed, ec200] });
    expect(await devicesCommand()).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'usb:1-1.4  normal        2c7c:0125  Quectel       option,qmi_wwan  cistern check --modem usb:1-1.4',
        'usb:1-2    edl           05c6:9008  Qualcomm      qcserial         Run cistern reset: a modem whose flash is whole starts normally. Where an update is unfinished: cistern update.',
        'usb:1-3    ram-dump      2c7c:0800  Quectel       -                Run cistern reset, or power-cycle it: a crash dump does not end by itself.',
        "usb:1-4    not-qualcomm  2c7c:6005  EC200A (ASR)  option           It has no emergency download mode: it needs its own maker's tool, never this one.",
        '',
      ].join('\n'),
    });
  });

  it('gives machines the same as one document', async () => {
    const { devicesCommand } = await scene({ devices: [ec25('1-1.4')] });
    const { stdout } = await devicesCommand('--json');
    expect(JSON.parse(stdout)).toEqual({
      format: 'cistern-devices/1',
      devices: [
        {
          where: 'usb:1-1.4',
          state: 'normal',
          usbId: '2c7c:0125',
          name: 'Quectel',
          drivers: ['option', 'qmi_wwan'],
          ttys: ['ttyUSB0', 'ttyUSB1', 'ttyUSB2', 'ttyUSB3'],
          node: '/dev/bus/usb/001/002',
          permitted: true,
          unfinished: false,
          next: 'cistern check --modem usb:1-1.4',
          model: null,
          version: null,
        },
      ],
    });
  });

  it('knows the modem that an update has left in EDL', async () => {
    const { devicesCommand, sysfs, stateDir } = await scene({ devices: [inEdl('1-1')] });
    await breakOffWhileErasing(stateDir, await socketKey(sysfs.root, '1-1'));
    const { stdout } = await devicesCommand();
    expect(stdout).toContain('An update is unfinished: cistern update --modem usb:1-1');
  });

  it('says that nothing is plugged in', async () => {
    const { devicesCommand } = await scene({});
    expect(await devicesCommand()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no modem is plugged in'),
    });
  });

  it('says in one sentence that there is no USB bus at all', async () => {
    const { devicesCommand } = await scene({ noBus: true });
    const { code, stdout, stderr } = await devicesCommand();
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toContain('This system shows no USB bus (/nowhere/bus/usb/devices is missing).');
  });

  it('prints the udev rules where this user may not open a modem', async () => {
    const { devicesCommand } = await scene({
      devices: [ec25('1-1')],
      forbidden: ['/dev/bus/usb/001/002'],
    });
    const { code, stdout, stderr } = await devicesCommand('--json');
    expect(code).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({ devices: [{ permitted: false }] });
    expect(stderr).toContain('This user may not open /dev/bus/usb/001/002.');
    expect(stderr).toContain('SUBSYSTEM=="usb", ATTR{idVendor}=="2c7c", MODE="0660", GROUP="dialout"');
    expect(stderr).toContain('SUBSYSTEM=="usb", ATTR{idVendor}=="05c6", MODE="0660", GROUP="dialout"');
  });

  it('says of one that the kernel is still setting up that it is', async () => {
    const { devicesCommand } = await scene({ devices: [{ ...ec25('1-1'), interfaceCount: 6 }] });
    expect((await devicesCommand()).stdout).toContain('still setting it up');
  });
});

describe('cistern devices with a modem named', () => {
  const environment = { CISTERN_MODEM: 'tcp://127.0.0.1:1?at=2' };

  it('asks that one alone', async () => {
    const { devicesCommand } = await scene({ devices: [ec25('1-1')], environment });
    expect((await devicesCommand()).stdout).toBe('tcp://127.0.0.1:1?at=2  absent  -  -  -\n');
  });

  it('lists all the same when told to', async () => {
    const { devicesCommand } = await scene({ devices: [ec25('1-1')], environment });
    expect((await devicesCommand('--all')).stdout).toContain('usb:1-1  normal');
  });
});
