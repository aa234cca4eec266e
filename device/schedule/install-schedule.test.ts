import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { installSchedule, removeSchedule, showSchedule } from './install-schedule.ts';
import { type ScheduleWish, SYSTEMS, type System } from './scheduled-file.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

async function aRoot(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cistern-root-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const wish = (changes: Partial<ScheduleWish> = {}): ScheduleWish => ({
  program: ['/usr/bin/cistern'],
  at: { hour: 3, minute: 17 },
  spreadMinutes: 0,
  window: '02:00-05:00',
  settings: { modem: 'usb:1-1.4' },
  hasUdev: true,
  ...changes,
});

const at = (rootDirectory: string, system: System) => ({ rootDirectory, facts: { system, hasUdev: true } });

/** Every file, link and directory below a root, with what it holds. */
async function everything(root: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length);
    if (entry.isDirectory()) found[name] = 'directory';
    else found[name] = entry.isSymbolicLink() ? `-> ${await readlink(path)}` : await readFile(path, 'utf8');
  }
  return found;
}

async function done<T>(
  result: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(JSON.stringify(settled.failure));
  return settled.value;
}

describe('a schedule', () => {
  it.each(SYSTEMS)('for %s is gone without a trace when it is removed', async (system) => {
    const root = await aRoot({ '/etc/crontabs/root': '5 4 * * * /bin/true\n', '/etc/passwd': 'root\n' });
    const before = await everything(root);
    const { written } = await done(installSchedule(at(root, system), wish()));
    expect(written.length).toBeGreaterThan(2);
    expect(await everything(root)).not.toEqual(before);
    await done(removeSchedule(root, { purge: false }));
    expect(await everything(root)).toEqual(before);
    expect(await done(removeSchedule(root, { purge: false }))).toBeNull();
  });

  it.each(SYSTEMS)('for %s is the same when it is installed again', async (system) => {
    const root = await aRoot({ '/etc/crontabs/root': '5 4 * * * /bin/true' });
    await done(installSchedule(at(root, system), wish()));
    const once = await everything(root);
    expect((await done(installSchedule(at(root, system), wish()))).written).toEqual([]);
    expect(await everything(root)).toEqual(once);
  });

  it('moves to another time, and to another system, leaving nothing of the first', async () => {
    const root = await aRoot();
    await done(installSchedule(at(root, 'systemd'), wish()));
    await done(installSchedule(at(root, 'cron'), wish({ at: { hour: 4, minute: 1 } })));
    const paths = Object.entries(await everything(root)).filter(([, text]) => text !== 'directory');
    expect(paths.map(([path]) => path).sort()).toEqual([
      '/etc/cistern/resume',
      '/etc/cistern/schedule.json',
      '/etc/cron.d/cistern',
      '/etc/udev/rules.d/90-cistern.rules',
    ]);
    await done(removeSchedule(root, { purge: false }));
    expect(await everything(root)).toEqual({});
  });

  it('keeps what others have in the crontab, to the byte, before and after our lines', async () => {
    const root = await aRoot({ '/etc/crontabs/root': 'first' });
    await done(installSchedule(at(root, 'openwrt'), wish()));
    const crontab = join(root, 'etc/crontabs/root');
    await writeFile(crontab, `${await readFile(crontab, 'utf8')}last\n`);
    await done(installSchedule(at(root, 'openwrt'), wish({ at: { hour: 1, minute: 2 } })));
    expect(await readFile(crontab, 'utf8')).toBe(
      'first\n# cistern schedule: begin\n2 1 * * * /etc/init.d/cistern timer\n# cistern schedule: end\nlast\n',
    );
    await done(removeSchedule(root, { purge: false }));
    expect(await readFile(crontab, 'utf8')).toBe('first\nlast\n');
  });

  it('leaves settings that a person has changed, unless it is told to take them too', async () => {
    const root = await aRoot();
    await done(installSchedule(at(root, 'openwrt'), wish()));
    const settings = join(root, 'etc/config/cistern');
    await writeFile(settings, (await readFile(settings, 'utf8')).replace('usb:1-1.4', 'usb:2-1'));
    expect((await done(installSchedule(at(root, 'openwrt'), wish()))).kept).toEqual(['/etc/config/cistern']);
    expect((await done(removeSchedule(root, { purge: false })))?.kept).toEqual(['/etc/config/cistern']);
    expect(await readFile(settings, 'utf8')).toContain('usb:2-1');
    await done(installSchedule(at(root, 'openwrt'), wish()));
    await done(removeSchedule(root, { purge: true }));
    expect(Object.keys(await everything(root))).not.toContain('/etc/config/cistern');
  });

  it('takes new settings on a second install where nobody has edited them', async () => {
    const root = await aRoot();
    await done(installSchedule(at(root, 'openwrt'), wish()));
    for (const modem of ['usb:2-1', 'usb:2-2']) {
      const again = await done(installSchedule(at(root, 'openwrt'), wish({ settings: { modem } })));
      expect(again).toMatchObject({ written: ['/etc/config/cistern'], kept: [], leftOut: [] });
      expect(await readFile(join(root, 'etc/config/cistern'), 'utf8')).toContain(`option modem '${modem}'`);
    }
  });

  it('tells which settings it left out of a file that was edited', async () => {
    const root = await aRoot();
    await done(installSchedule(at(root, 'openwrt'), wish()));
    // As `uci commit` leaves it: no comments, other blank lines.
    const settings = join(root, 'etc/config/cistern');
    const edited = (await readFile(settings, 'utf8')).replace(/^#.*\n/, '\n').replace('usb:1-1.4', 'usb:2-1');
    await writeFile(settings, edited);
    const wished = wish({ settings: { modem: 'usb:3-1' } });
    for (const _ of ['once', 'and again'])
      expect((await done(installSchedule(at(root, 'openwrt'), wished))).leftOut).toEqual([
        "option modem 'usb:3-1'",
      ]);
    expect(await readFile(settings, 'utf8')).toBe(edited);
  });

  it('never replaces a file that it did not write', async () => {
    const root = await aRoot({ '/etc/init.d/cistern': '#!/bin/sh\n# mine\n' });
    expect(await installSchedule(at(root, 'openwrt'), wish())).toEqual({
      ok: false,
      failure: { reason: 'file-not-ours', path: '/etc/init.d/cistern' },
    });
    expect(await readFile(join(root, 'etc/init.d/cistern'), 'utf8')).toBe('#!/bin/sh\n# mine\n');
    await done(removeSchedule(root, { purge: false }));
    expect(Object.keys(await everything(root)).sort()).toEqual([
      '/etc',
      '/etc/init.d',
      '/etc/init.d/cistern',
    ]);
  });

  it('stays inside the root directory where a link of the image leads to an absolute path', async () => {
    const outside = await aRoot();
    const root = await aRoot();
    await mkdir(join(root, outside), { recursive: true });
    await symlink(outside, join(root, 'lib'));
    await done(installSchedule(at(root, 'openwrt'), wish()));
    expect(await everything(outside)).toEqual({});
    expect(await readFile(join(root, outside, 'upgrade/keep.d/cistern'), 'utf8')).toContain('/etc/cistern/');
  });

  it.each([
    ['a newline', { modem: 'usb:1-1\nExecStart=/bin/sh' }],
    ['nothing at all', { repository: '' }],
    ['a path from where the installer stands', { root: 'root.json' }],
  ])('refuses a setting that holds %s', async (_, settings) => {
    const root = await aRoot();
    expect(await installSchedule(at(root, 'systemd'), wish({ settings }))).toMatchObject({
      ok: false,
      failure: { reason: 'schedule-setting-unusable' },
    });
    expect(await everything(root)).toEqual({});
  });

  it('shows what somebody changed or took away since', async () => {
    const root = await aRoot();
    await done(installSchedule(at(root, 'systemd'), wish()));
    await rm(join(root, 'etc/systemd/system/cistern-update.timer'));
    await writeFile(join(root, 'etc/udev/rules.d/90-cistern.rules'), '# nothing\n');
    expect((await done(showSchedule(root)))?.differing).toEqual([
      { path: '/etc/systemd/system/cistern-update.timer', how: 'gone' },
      { path: '/etc/udev/rules.d/90-cistern.rules', how: 'changed' },
    ]);
  });
});
