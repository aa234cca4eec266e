/** What starts programs on the system below a root directory, told by what lies there. */
import { stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { insideRoot } from './inside-root.ts';
import type { ScheduleFailure } from './schedule-failure.ts';
import type { System } from './scheduled-file.ts';

export type SystemFacts = { readonly system: System; readonly hasUdev: boolean };

/** In this order: OpenWrt may carry cron, Debian with systemd always does. */
const SIGNS: readonly (readonly [System, readonly string[]])[] = [
  ['openwrt', ['/etc/openwrt_release', '/sbin/procd']],
  ['systemd', ['/run/systemd/system', '/usr/lib/systemd/systemd', '/lib/systemd/systemd']],
  ['cron', ['/etc/cron.d']],
];

export async function detectSystem(
  rootDirectory: string,
  wanted: System | undefined,
): Promise<Result<SystemFacts, ScheduleFailure>> {
  const system = wanted ?? (await firstSign(rootDirectory));
  if (system === null) return err({ reason: 'init-system-unknown', rootDirectory });
  const hasUdev = system !== 'openwrt' && (await isThere(rootDirectory, ['/etc/udev', '/usr/lib/udev']));
  return ok({ system, hasUdev });
}

async function firstSign(rootDirectory: string): Promise<System | null> {
  for (const [system, paths] of SIGNS) if (await isThere(rootDirectory, paths)) return system;
  return null;
}

async function isThere(rootDirectory: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    const resolved = await insideRoot(rootDirectory, path);
    if (!resolved.ok) continue;
    const found = await stat(resolved.value).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
