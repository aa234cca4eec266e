/** `cistern schedule` as a person uses it: words in, words and files out, in a root directory of its own. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModemDoor } from '../../device/transport/door.ts';
import type { Attempt } from '../../device/update/journal.ts';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { aCommandScene } from '../support/a-command.ts';
import { REPOSITORY_ROOT, runNode } from '../support/processes.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** No command of `schedule` may reach for the modem. */
const noDoor = new Proxy({} as ModemDoor, {
  get: (_, name) => {
    if (name === 'then') return undefined;
    throw new Error(`the modem was reached for: ${String(name)}`);
  },
});

async function aRoot(...directories: readonly string[]) {
  const scene = await aCommandScene({ door: noDoor });
  const root = await mkdtemp(join(tmpdir(), 'cistern-root-'));
  ends.push(scene.end, () => rm(root, { recursive: true, force: true }));
  for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
  const schedule = (command: string, ...flags: readonly string[]) =>
    scene.cistern('schedule', command, '--root-directory', root, ...flags);
  return { root, schedule };
}

describe('cistern schedule', () => {
  it('is installed, shown and removed', async () => {
    const { root, schedule } = await aRoot('/etc/systemd/system', '/run/systemd/system', '/etc/udev/rules.d');
    const installed = await schedule('install', '--window', '22:30-04:00', '--modem', 'usb:1-1.4');
    expect(installed).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'systemd: daily at 22:30, spread over 330 minutes by each device, after each boot, and when a modem turns up in EDL',
        '  wrote /etc/systemd/system/cistern-update.service',
        '  wrote /etc/systemd/system/cistern-update.timer',
        '  wrote /etc/systemd/system/cistern-resume.service',
        '  wrote /etc/udev/rules.d/90-cistern.rules',
        '  wrote /etc/systemd/system/timers.target.wants/cistern-update.timer',
        '  wrote /etc/systemd/system/multi-user.target.wants/cistern-resume.service',
        '',
      ].join('\n'),
    });
    const service = await readFile(join(root, 'etc/systemd/system/cistern-update.service'), 'utf8');
    expect(service).toContain(
      'ExecStart=/usr/bin/cistern schedule run --trigger timer --spread 330 --window 22:30-04:00\n',
    );
    expect(service).toContain('Environment=CISTERN_MODEM=usb:1-1.4\n');
    expect((await schedule('install', '--window', '22:30-04:00', '--modem', 'usb:1-1.4')).stdout).toContain(
      'all was in place already',
    );
    await rm(join(root, 'etc/udev/rules.d/90-cistern.rules'));
    expect((await schedule('show')).stdout).toContain('90-cistern.rules  gone since\n');
    expect((await schedule('remove')).code).toBe(0);
    expect((await schedule('show')).stdout).toBe('no schedule is installed: cistern schedule install\n');
    expect((await readdir(root, { recursive: true })).sort()).toEqual([
      'etc',
      'etc/systemd',
      'etc/systemd/system',
      'etc/udev',
      'etc/udev/rules.d',
      'run',
      'run/systemd',
      'run/systemd/system',
    ]);
  });

  it.each([
    [
      'systemd',
      'etc/systemd/system/cistern-update.service',
      /^Environment=CISTERN_(CONFIG|KEEP_COPY|MIRRORS)=(.*)$/gm,
    ],
    ['openwrt', 'etc/config/cistern', /^\toption (config|keep_copy|mirrors) '(.*)'$/gm],
    ['cron', 'etc/cron.d/cistern', /CISTERN_(CONFIG|KEEP_COPY|MIRRORS)=(\S+)/g],
  ])(
    'tells the runs of %s their settings file, their mirrors and where a copy is kept',
    async (system, file, form) => {
      const { root, schedule } = await aRoot('/etc/cron.d');
      const mirrors = ['--mirror', '/mnt/stick', '--mirror', 'https://mirror.lan/firmware'];
      const config = ['--config', '/etc/cistern/line-2.json', '--keep-copy', '/mnt/usb'];
      expect(await schedule('install', '--system', system, ...config, ...mirrors)).toMatchObject({ code: 0 });
      const found = [...(await readFile(join(root, file), 'utf8')).matchAll(form)].map(
        ([, name = '', value]) => [name.toLowerCase(), value],
      );
      expect(new Map(found as [string, string][])).toEqual(
        new Map([
          ['config', '/etc/cistern/line-2.json'],
          ['keep_copy', '/mnt/usb'],
          ['mirrors', '/mnt/stick,https://mirror.lan/firmware'],
        ]),
      );
    },
  );

  it.each([
    ['--mirror', 'stick'],
    ['--mirror', '/mnt/a,b'],
    ['--config', 'here.json'],
  ])('refuses %s %s, which the runs would not find', async (...words) => {
    const { schedule } = await aRoot('/etc/cron.d');
    const { code, stderr } = await schedule('install', '--system', 'cron', ...words);
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('cannot be written'),
    });
  });

  it('refuses a mirror that cannot be one, and repeats no password', async () => {
    const { schedule } = await aRoot('/etc/cron.d');
    const refused = await schedule('install', '--mirror', 'https://fleet:s3cret@nas.example');
    expect(refused).toMatchObject({ code: 78, stderr: expect.stringContaining('The mirror nas.example') });
    expect(refused.stderr).not.toContain('s3cret');
    expect((await schedule('show')).stdout).toContain('no schedule is installed');
  });

  it('promises nothing that the system cannot do', async () => {
    const { schedule } = await aRoot('/etc/cron.d');
    expect((await schedule('install')).stdout).toContain('as there is no udev');
    expect((await schedule('show')).stdout).toContain('as there is no udev');
  });

  it('gives machines documents', async () => {
    const { schedule } = await aRoot('/etc/cron.d');
    expect(JSON.parse((await schedule('install', '--json')).stdout)).toEqual({
      format: 'cistern-schedule-installed/1',
      system: 'cron',
      at: '02:00',
      spreadMinutes: 180,
      written: ['/etc/cron.d/cistern'],
      kept: [],
      leftOut: [],
    });
    expect(JSON.parse((await schedule('show', '--json')).stdout)).toMatchObject({
      format: 'cistern-schedule-shown/1',
      schedule: { system: 'cron', differing: [] },
    });
    expect(JSON.parse((await schedule('remove', '--json')).stdout)).toEqual({
      format: 'cistern-schedule-removed/1',
      removed: ['/etc/cron.d/cistern'],
      kept: [],
    });
  });

  it.each([
    [
      'a window that is none',
      ['--window', 'at night'],
      64,
      'cannot be used: it is not written like 02:00-05:00',
    ],
    ['a system that shows nothing it could be put into', [], 78, 'neither systemd nor OpenWrt nor'],
    [
      'a modem with a line break in its name',
      ['--system', 'cron', '--modem', 'usb:1-1\nx'],
      64,
      'setting modem',
    ],
  ])('refuses %s in a sentence', async (_, flags, code, sentence) => {
    const { root, schedule } = await aRoot();
    const said = await schedule('install', ...flags);
    expect(said.code).toBe(code);
    expect(said.stderr).toContain(sentence);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('cistern schedule run', () => {
  it('starts this very program, and tells on disk what came of it', { timeout: 60_000 }, async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'cistern-state-'));
    const tools = await mkdtemp(join(tmpdir(), 'cistern-tools-'));
    for (const directory of [stateDir, tools])
      ends.push(() => rm(directory, { recursive: true, force: true }));
    const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> "${tools}/syslog"\n`;
    spawnSync('sh', ['-c', `cat > "${tools}/logger" && chmod 755 "${tools}/logger"`], { input: script });
    await mkdir(join(stateDir, 'journal'));
    spawnSync('sh', ['-c', `echo '{' > "${stateDir}/journal/broken.json"`]);
    const { code } = await runNode(
      [join(REPOSITORY_ROOT, 'device/bin.ts'), 'schedule', 'run', '--trigger', 'resume', '--state', stateDir],
      { environment: { PATH: `${tools}:${process.env.PATH}`, CISTERN_MODEM: 'nonsense' } },
    );
    expect(code).toBe(64);
    const log = await readFile(join(stateDir, 'log/cistern.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z resume warning .*nonsense.*\n$/);
    expect(await readFile(join(tools, 'syslog'), 'utf8')).toMatch(
      /^-t cistern -p daemon\.warning -- .*nonsense/,
    );
  });

  it('takes the modem from the journal where no setting names one', { timeout: 60_000 }, async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'cistern-state-'));
    ends.push(() => rm(stateDir, { recursive: true, force: true }));
    await mkdir(join(stateDir, 'journal'));
    const now = new Date(0).toISOString();
    const attempt: Attempt = {
      format: 'cistern-journal/1',
      attemptId: randomUUID(),
      modemKey: 'usb-1',
      where: 'usb:9-9.9',
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
    await writeFile(join(stateDir, 'journal/usb-1.json'), JSON.stringify(attempt));
    const { stdout } = await runNode([
      join(REPOSITORY_ROOT, 'device/bin.ts'),
      ...['schedule', 'run', '--trigger', 'resume', '--state', stateDir, '--json'],
    ]);
    // The modem is known; what is missing next is the repository.
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'ran',
      told: { text: expect.stringContaining('--repository') },
    });
  });
});
