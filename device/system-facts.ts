/** What a support archive says of the machine: nothing that names it. */
import { arch, platform, release, totalmem } from 'node:os';
import { UPDATER_VERSION } from './report/updater-version.ts';

export type SystemFacts = Readonly<Record<string, string | number>>;

export function systemFacts({ version }: { readonly version: string }): SystemFacts {
  return {
    updater: UPDATER_VERSION,
    node: version,
    platform: platform(),
    kernel: release(),
    architecture: arch(),
    memoryBytes: totalmem(),
  };
}
