/** The packages, made of the real program, installed and removed by dpkg and taken apart as opkg does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackages } from '../../packaging/build-packages.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';

const isThere = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const mayInstall = process.getuid?.() === 0 && isThere('dpkg');
if (!mayInstall) console.warn('SKIPPED: the .deb installed for real (needs root and dpkg)');
const hasSystemctl = isThere('systemctl');
if (!hasSystemctl) console.warn('SKIPPED: units enabled by hand go with the .deb (needs systemctl)');
const hasMake = isThere('make');
if (!hasMake) console.warn('SKIPPED: the feed Makefile read by make');

const repository = REPOSITORY_ROOT.replace(/\/$/, '');
/** The Node that runs this test, for scripts that say `node`. */
const environment = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
const EPOCH_SECONDS = 1_760_000_000;
let directory = '';
let packages = '';

const build = (outputDirectory: string) =>
  buildPackages({
    repository,
    bundlePath: join(repository, 'dist/cistern.mjs'),
    outputDirectory,
    epochSeconds: EPOCH_SECONDS,
    architecture: process.arch,
    maintainer: 'Somebody <somebody@example.org>',
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cistern-packages-'));
  packages = join(directory, 'made');
  await stat(join(repository, 'dist/cistern.mjs')).catch(() => {
    throw new Error('dist/cistern.mjs is missing: npm run build:device');
  });
  await build(packages);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const named = async (pattern: RegExp) => {
  const name = (await readdir(packages)).find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`no package ${pattern}`);
  return join(packages, name);
};

/** Files and links below a root, without dpkg's own books. */
async function listing(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !/^\/(var\/lib\/dpkg|dpkg\.log)/.test(path))
    .sort();
}

describe('the packages', () => {
  it('are the same to the byte when they are made again elsewhere', async () => {
    const again = join(directory, 'again');
    const made = await build(again);
    expect(made.length).toBe(5);
    for (const path of made) {
      const digest = async (file: string) =>
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex');
      expect(await digest(path), path).toBe(await digest(path.replace(again, packages)));
    }
  });
});

describe.skipIf(!mayInstall)('the .deb', () => {
  async function aSystem() {
    const root = await mkdtemp(join(directory, 'root-'));
    for (const path of ['info', 'updates', 'triggers'])
      await mkdir(join(root, 'var/lib/dpkg', path), { recursive: true });
    await writeFile(join(root, 'var/lib/dpkg/status'), '');
    await writeFile(join(root, 'var/lib/dpkg/available'), '');
    await mkdir(join(root, 'run/systemd/system'), { recursive: true });
    const dpkg = (...args: readonly string[]) =>
      execFileSync(
        'dpkg',
        [`--root=${root}`, `--log=${root}/dpkg.log`, '--force-script-chrootless', '--force-depends', ...args],
        { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
      );
    const cistern = (...args: readonly string[]) =>
      execFileSync(process.execPath, [join(root, 'usr/bin/cistern'), ...args], {
        encoding: 'utf8',
        env: environment,
      });
    return { root, dpkg, cistern };
  }

  it('is installed, runs, and is removed without a trace, its schedule with it', {
    timeout: 60_000,
  }, async () => {
    const { root, dpkg, cistern } = await aSystem();
    const before = await listing(root);
    dpkg('--install', await named(/^cistern_.*\.deb$/));
    expect(dpkg('--verify', 'cistern')).toBe('');
    if (isThere('systemd-analyze')) {
      const units = ['cistern-update.service', 'cistern-update.timer', 'cistern-resume.service'];
      const paths = units.map((unit) => join(root, 'usr/lib/systemd/system', unit));
      const judged = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', '--recursive-errors=no', `--root=${root}`, ...paths],
        {
          encoding: 'utf8',
        },
      );
      expect(judged.stderr).toBe('');
    }
    expect(cistern('--version').trim()).toMatch(/^\d+\.\d+\.\d+/);
    cistern('schedule', 'install', '--root-directory', root);
    expect(await listing(root)).toContain('/etc/systemd/system/timers.target.wants/cistern-update.timer');
    dpkg('--remove', 'cistern');
    expect(await listing(root)).toEqual(before);
  });

  it.skipIf(!hasSystemctl)(
    'leaves no unit behind that was enabled by hand',
    {
      timeout: 60_000,
    },
    async () => {
      const { root, dpkg } = await aSystem();
      dpkg('--install', await named(/^cistern_.*\.deb$/));
      const units = ['cistern-update.timer', 'cistern-resume.service'];
      execFileSync('systemctl', [`--root=${root}`, 'enable', ...units], { stdio: 'ignore' });
      const enabled = async () => (await listing(root)).filter((path) => /\.wants\/cistern-/.test(path));
      expect(await enabled()).toEqual([
        '/etc/systemd/system/multi-user.target.wants/cistern-resume.service',
        '/etc/systemd/system/timers.target.wants/cistern-update.timer',
      ]);
      dpkg('--remove', 'cistern');
      expect(await enabled()).toEqual([]);
    },
  );

  it('keeps settings and state when it is removed, and takes them when it is purged', {
    timeout: 60_000,
  }, async () => {
    const { root, dpkg } = await aSystem();
    dpkg('--install', await named(/^cistern_.*\.deb$/));
    for (const path of ['etc/cistern/config.json', 'var/lib/cistern/journal/usb-1.json']) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), '{}');
    }
    dpkg('--remove', 'cistern');
    expect(await listing(root)).toContain('/var/lib/cistern/journal/usb-1.json');
    expect(await listing(root)).toContain('/etc/cistern/config.json');
    dpkg('--purge', 'cistern');
    expect((await listing(root)).filter((path) => path.includes('cistern'))).toEqual([]);
  });

  it('finds the native parts where the second package puts them, and says so without them', {
    timeout: 60_000,
  }, async () => {
    const { root, dpkg } = await aSystem();
    dpkg('--install', await named(/^cistern_.*\.deb$/));
    const probe = join(root, 'usr/lib/cistern/probe.mjs');
    const script =
      "await import('usb'); const { SerialPort } = await import('serialport'); console.log(typeof SerialPort.list);";
    await writeFile(probe, script);
    const load = () => spawnSync(process.execPath, [probe], { encoding: 'utf8' });
    expect(load().stderr).toContain('ERR_MODULE_NOT_FOUND');
    dpkg('--install', await named(/^cistern-native_.*\.deb$/));
    expect(load()).toMatchObject({ status: 0, stdout: 'function\n', stderr: '' });
  });
});

describe('the .ipk', () => {
  it('holds the three members, the program, and what opkg asks of it', async () => {
    const unpacked = await mkdtemp(join(directory, 'ipk-'));
    const tar = (...args: readonly string[]) =>
      execFileSync('tar', args, { cwd: unpacked, encoding: 'utf8' });
    expect(
      tar('-xzvf', await named(/\.ipk$/))
        .trim()
        .split('\n')
        .sort(),
    ).toEqual(['./', './control.tar.gz', './data.tar.gz', './debian-binary']);
    expect(await readFile(join(unpacked, 'debian-binary'), 'utf8')).toBe('2.0\n');
    tar('-xzf', 'control.tar.gz');
    expect(await readFile(join(unpacked, 'control'), 'utf8')).toMatch(
      /^Package: cistern\n(.*\n)*Depends: node \(>= 22\.19\)\n/m,
    );
    tar('-xzf', 'data.tar.gz');
    const ran = execFileSync(process.execPath, [join(unpacked, 'usr/bin/cistern'), '--version'], {
      encoding: 'utf8',
    });
    expect(ran.trim()).toMatch(/^\d+\.\d+\.\d+/);

    await mkdir(join(unpacked, 'etc'));
    await writeFile(join(unpacked, 'etc/openwrt_release'), '');
    const before = await listing(unpacked);
    const program = join(unpacked, 'usr/lib/cistern/cistern.mjs');
    execFileSync(process.execPath, [program, 'schedule', 'install', '--root-directory', unpacked]);
    expect(await listing(unpacked)).toContain('/etc/hotplug.d/usb/90-cistern');
    const scheduled = await listing(unpacked);
    const prerm = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
      execFileSync('sh', [join(unpacked, 'prerm'), ...args], {
        env: { ...environment, IPKG_INSTROOT: unpacked, ...variables },
      });
    prerm([], { PKG_UPGRADE: '1' });
    prerm(['upgrade', '9.9.9']);
    expect(await listing(unpacked)).toEqual(scheduled);
    prerm([]);
    expect(await listing(unpacked)).toEqual(before);
  });
});

describe.skipIf(!hasMake)('the feed', () => {
  it('has a Makefile that make reads, and that installs the program and its script', async () => {
    const build = await mkdtemp(join(directory, 'feed-'));
    const stand = `BuildPackage=
INSTALL_DIR=mkdir -p
INSTALL_BIN=install -m 755
LN=ln -sf
all:
	$(call Package/cistern/install,${build}/root)
	$(file >${build}/prerm,$(Package/cistern/prerm))
	@echo $(PKG_VERSION)
`;
    await writeFile(join(build, 'rules.mk'), '');
    await writeFile(join(build, 'package.mk'), stand);
    const source = join(packages, 'feed/cistern');
    const said = execFileSync('make', ['-s', '-C', source, `TOPDIR=${build}`, `INCLUDE_DIR=${build}`], {
      encoding: 'utf8',
    });
    expect(said).toMatch(/\d+\.\d+\.\d+/);
    expect((await stat(join(build, 'root/usr/bin/cistern'))).mode & 0o777).toBe(0o755);
    expect(spawnSync('sh', ['-n', join(build, 'prerm')]).status).toBe(0);
    expect(await readFile(join(build, 'prerm'), 'utf8')).toContain(
      '"$IPKG_INSTROOT/usr/lib/cistern/cistern.mjs"',
    );
    // Nothing installed: nothing is run, and opkg goes on.
    const root = await mkdtemp(join(directory, 'empty-'));
    await symlink('/nowhere', join(root, 'usr'));
    expect(
      spawnSync('sh', [join(build, 'prerm')], { env: { ...environment, IPKG_INSTROOT: root } }).status,
    ).toBe(0);
  });
});
