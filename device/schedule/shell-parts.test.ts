/** What others run of a schedule, run for real: systemd judges the units, busybox ash runs the scripts. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { installSchedule } from './install-schedule.ts';
import type { ScheduleWish, System } from './scheduled-file.ts';

const isThere = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const hasBusybox = isThere('busybox');
if (!hasBusybox) console.warn('SKIPPED: shell parts under busybox ash (apt-get install busybox)');
const hasSystemd = isThere('systemd-analyze');
if (!hasSystemd) console.warn('SKIPPED: units judged by systemd-analyze verify');

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

/** A program that writes down how it was called and with which settings. */
const NOTES_ITS_CALL = `#!/bin/sh
{ echo "$@"; env | grep ^CISTERN_ | sort; } >> "$(dirname "$0")/calls"
`;

async function installed(system: System, changes: Partial<ScheduleWish> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'cistern root-'));
  roots.push(root);
  const program = join(root, 'cistern program');
  await writeFile(program, NOTES_ITS_CALL);
  await chmod(program, 0o755);
  const wish: ScheduleWish = {
    program: [program],
    at: { hour: 3, minute: 17 },
    spreadMinutes: 0,
    window: '02:00-05:00',
    settings: { modem: 'usb:1-1.4', keepCopy: "/mnt/it's 100% $HOME" },
    hasUdev: true,
    ...changes,
  };
  const result = await installSchedule({ rootDirectory: root, facts: { system, hasUdev: true } }, wish);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  const calls = () => readFile(join(root, 'calls'), 'utf8').catch(() => '');
  return { root, calls };
}

describe.skipIf(!hasBusybox)('under busybox ash', () => {
  const ash = (root: string, script: string, environment: Readonly<Record<string, string>> = {}) =>
    execFileSync('busybox', ['ash', '-eu', '-c', script], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: `${root}/bin:${process.env.PATH}`, ...environment },
    });

  /** `uci get` over the real settings file, and what rc.common and procd would be told. */
  async function withOpenwrtTools(root: string): Promise<void> {
    await mkdir(join(root, 'bin'));
    const uci = `#!/bin/sh
# uci -q get cistern.main.NAME
name="\${3##*.}"
line="$(grep "option $name " "${root}/etc/config/cistern")" || exit 1
value="\${line#*option $name }"
eval "printf '%s\\n' $value"
`;
    await writeFile(join(root, 'bin/uci'), uci, { mode: 0o755 });
    const procd = ['open_instance', 'set_param', 'close_instance']
      .map((name) => `procd_${name}() { echo "${name} $*"; }`)
      .join('\n');
    await writeFile(join(root, 'procd.sh'), `set +eu\n${procd}\n. ./etc/init.d/cistern\n`);
  }

  it.each([
    ['timer', 'schedule run --trigger timer --window 02:00-05:00'],
    ['resume', 'schedule run --trigger resume'],
  ])('the init script runs %s with the settings of UCI', async (action, call) => {
    const { root, calls } = await installed('openwrt');
    await withOpenwrtTools(root);
    ash(root, `. ./procd.sh; ${action}`);
    expect((await calls()).trimEnd().split('\n')).toEqual([
      call,
      "CISTERN_KEEP_COPY=/mnt/it's 100% $HOME",
      'CISTERN_MODEM=usb:1-1.4',
      'CISTERN_ROOT=/etc/cistern/root.json',
      'CISTERN_STATE=/etc/cistern/state',
    ]);
  });

  it('the init script starts the taking up under procd, which waits long for its end', async () => {
    const { root } = await installed('openwrt');
    await withOpenwrtTools(root);
    expect(ash(root, '. ./procd.sh; start_service').trimEnd().split('\n')).toEqual([
      'open_instance resume',
      'set_param command /etc/init.d/cistern resume',
      'set_param stdout 1',
      'set_param stderr 1',
      'set_param term_timeout 3600',
      'close_instance',
    ]);
  });

  it.each(['timer', 'resume', 'start_service'])(
    'does nothing on %s when UCI says it is off',
    async (action) => {
      const { root, calls } = await installed('openwrt');
      await withOpenwrtTools(root);
      const settings = join(root, 'etc/config/cistern');
      await writeFile(settings, (await readFile(settings, 'utf8')).replace("enabled '1'", "enabled '0'"));
      expect(ash(root, `. ./procd.sh; ${action}`)).toBe('');
      expect(await calls()).toBe('');
    },
  );

  it.each([
    ['a modem in EDL that appears', { ACTION: 'add', DEVTYPE: 'usb_device', PRODUCT: '5c6/9008/0' }, true],
    ['its interface', { ACTION: 'add', DEVTYPE: 'usb_interface', PRODUCT: '5c6/9008/0' }, false],
    ['its leaving', { ACTION: 'remove', DEVTYPE: 'usb_device', PRODUCT: '5c6/9008/0' }, false],
    ['a modem in normal mode', { ACTION: 'add', DEVTYPE: 'usb_device', PRODUCT: '2c7c/125/318' }, false],
    ['a stick', { ACTION: 'add', DEVTYPE: 'usb_device', PRODUCT: '15c6/9008/0' }, false],
  ])('the hotplug script on %s', async (_, event, isStarted) => {
    const { root } = await installed('openwrt');
    const hotplug = await readFile(join(root, 'etc/hotplug.d/usb/90-cistern'), 'utf8');
    await writeFile(join(root, 'hotplug'), hotplug.replaceAll('/etc/init.d/cistern', 'echo'));
    expect(ash(root, '. ./hotplug', event)).toBe(isStarted ? 'start\n' : '');
  });

  /** sd_booted(3) is asked below the root directory. */
  async function withResumeScript(root: string): Promise<void> {
    const path = join(root, 'etc/cistern/resume');
    const script = await readFile(path, 'utf8');
    await writeFile(path, script.replaceAll(' /run/systemd/system', ` "${root}/run/systemd/system"`));
  }

  it('the script that udev runs has systemd start the run, where there is systemd', async () => {
    const { root, calls } = await installed('cron');
    await withResumeScript(root);
    await mkdir(join(root, 'run/systemd/system'), { recursive: true });
    await mkdir(join(root, 'bin'));
    const systemdRun = `#!/bin/sh\nprintf '%s\\n' "$@" > "${root}/asked"\n`;
    await writeFile(join(root, 'bin/systemd-run'), systemdRun, { mode: 0o755 });
    ash(root, 'sh ./etc/cistern/resume');
    const asked = (await readFile(join(root, 'asked'), 'utf8')).trimEnd().split('\n');
    const options = asked.filter((word) => word.startsWith('--'));
    expect(options).toContain('--no-block');
    expect(options).toContain('--property=SendSIGKILL=no');
    expect(await calls()).toBe('');
    execFileSync(join(root, asked[options.length] ?? ''), asked.slice(options.length + 1), { cwd: root });
    expect(await calls()).toBe(
      "schedule run --trigger resume\nCISTERN_KEEP_COPY=/mnt/it's 100% $HOME\nCISTERN_MODEM=usb:1-1.4\n",
    );
  });

  it('the script that udev runs comes back at once and leaves the run behind', async () => {
    const { root, calls } = await installed('cron');
    await withResumeScript(root);
    ash(
      root,
      'sh ./etc/cistern/resume; for i in 1 2 3 4 5 6 7 8 9; do [ -s calls ] || sleep 0.2; done; sleep 0.2',
    );
    expect(await calls()).toContain('schedule run --trigger resume');
  });

  it.each([0, 1])('line %i of the crontab is one command, whatever the settings hold', async (index) => {
    const { root, calls } = await installed('cron');
    const lines = (await readFile(join(root, 'etc/cron.d/cistern'), 'utf8')).split('\n').slice(2);
    // As cron does: the unescaped % would end it, \% is a percent sign.
    const command = lines[index]?.replace(/^.* root /, '') ?? '';
    expect(command).not.toMatch(/(?<!\\)%/);
    ash(root, command.replaceAll('\\%', '%'));
    const trigger = index === 0 ? 'timer --window 02:00-05:00' : 'resume';
    expect(await calls()).toBe(
      `schedule run --trigger ${trigger}\nCISTERN_KEEP_COPY=/mnt/it's 100% $HOME\nCISTERN_MODEM=usb:1-1.4\n`,
    );
  });
});

describe.skipIf(!hasSystemd)('judged by systemd', () => {
  it('the units are right, and their words are those that were meant', async () => {
    const { root } = await installed('systemd');
    const units = ['cistern-update.service', 'cistern-update.timer', 'cistern-resume.service'];
    const judged = spawnSync(
      'systemd-analyze',
      [
        'verify',
        '--man=no',
        '--recursive-errors=no',
        ...units.map((unit) => join(root, 'etc/systemd/system', unit)),
      ],
      { encoding: 'utf8' },
    );
    expect({
      status: judged.status,
      said: judged.stderr.split('\n').filter((line) => line.includes('cistern')),
    }).toEqual({
      status: 0,
      said: [],
    });
    const next = execFileSync('systemd-analyze', ['calendar', '*-*-* 03:17:00'], { encoding: 'utf8' });
    const timer = await readFile(join(root, 'etc/systemd/system/cistern-update.timer'), 'utf8');
    expect(timer).toContain('OnCalendar=*-*-* 03:17:00\n');
    expect(next).toContain('Normalized form: *-*-* 03:17:00');
    const service = await readFile(join(root, 'etc/systemd/system/cistern-update.service'), 'utf8');
    expect(service).toContain(`Environment="CISTERN_KEEP_COPY=/mnt/it's 100%% $HOME"\n`);
    expect(service).toContain(
      `ExecStart="${root}/cistern program" schedule run --trigger timer --window 02:00-05:00\n`,
    );
  });
});
