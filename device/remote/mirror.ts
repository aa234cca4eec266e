/**
 * The part of a router's /sys that decides, laid out below a local directory: what reads a bus here reads it there.
 * The router is not believed beyond its own words: every path is made of plain names, every link leads nowhere, and
 * nothing is written outside the directory.
 */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunEnd } from '../router/run-command.ts';
import { MIRROR_ENTRIES_MAX, MIRROR_VALUE_MAX_CHARS } from './limits.ts';
import { MIRROR_SCRIPT } from './mirror-script.ts';

export type Mirror = {
  /** Where /sys is mounted, for whoever reads it. */
  readonly sysfs: string;
  /** As it is now; false where the router did not answer, and all stays as it was. */
  readonly refresh: () => Promise<boolean>;
};

export function mirrorIn(directory: string, run: (script: string) => Promise<RunEnd>): Mirror {
  const sysfs = join(directory, 'sys');
  let turn = 0;
  let last: Promise<boolean> = Promise.resolve(true);
  const refresh = async () => {
    const { code, stdout } = await run(MIRROR_SCRIPT);
    if (code !== 0 || !stdout.endsWith('end\n')) return false;
    turn += 1;
    const own = join(directory, `sys-${turn}`);
    await layOut(own, stdout);
    await symlink(own, join(directory, 'next'));
    await rename(join(directory, 'next'), sysfs);
    await rm(join(directory, `sys-${turn - 1}`), { recursive: true, force: true });
    return true;
  };
  return {
    sysfs,
    // One at a time: each replaces the one before.
    refresh: () => {
      last = last.then(refresh, refresh);
      return last;
    },
  };
}

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9_:.+@-]{1,64}$/;

export async function layOut(root: string, lines: string): Promise<void> {
  await mkdir(join(root, 'bus/usb/devices'), { recursive: true });
  for (const line of lines.split('\n').slice(0, MIRROR_ENTRIES_MAX)) {
    const [, kind = '', path = '', value = ''] = /^([ADLC]) (\S+) ?(.*)$/.exec(line) ?? [];
    const names = path.split('/');
    if (kind === '' || !names.every((name) => NAME.test(name))) continue;
    if (kind === 'C') await layBus(root, path, value);
    // One that contradicts another is left out.
    else await layEntry(placeOf(root, names), kind, value).catch(() => {});
  }
}

/** Paths of the bus are told from its own directory. */
function placeOf(root: string, names: readonly string[]): string {
  return names[0] === 'class' ? join(root, ...names) : join(root, 'bus/usb/devices', ...names);
}

async function layEntry(place: string, kind: string, value: string): Promise<void> {
  if (kind === 'D') return void (await mkdir(place, { recursive: true }));
  await mkdir(dirname(place), { recursive: true });
  if (kind === 'A') return writeFile(place, `${value.slice(0, MIRROR_VALUE_MAX_CHARS)}\n`, { flag: 'wx' });
  // A name of it is all that is asked of a link.
  if (NAME.test(value)) await symlink(join('/nowhere', value), place);
}

/** A bus is named by its controller: `usb1` is a link into it. */
async function layBus(root: string, number: string, controller: string): Promise<void> {
  if (!/^\d{1,3}$/.test(number) || !NAME.test(controller)) return;
  const hub = join(root, 'devices', controller, `usb${number}`);
  await mkdir(hub, { recursive: true });
  await symlink(hub, join(root, 'bus/usb/devices', `usb${number}`)).catch(() => {});
}
