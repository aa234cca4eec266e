/** What lies where on which system. */
import { OWNERSHIP_MARK } from '../device/schedule/scheduled-file.ts';
import { systemdFiles } from '../device/schedule/systemd-files.ts';
import { type PackageFile, textFile } from './package-file.ts';

export const PROGRAM = '/usr/lib/cistern/cistern.mjs';

export function programFiles(bundle: Uint8Array): readonly PackageFile[] {
  return [
    { kind: 'file', path: PROGRAM, bytes: bundle, mode: 0o755 },
    { kind: 'link', path: '/usr/bin/cistern', target: '../lib/cistern/cistern.mjs' },
  ];
}

/**
 * Units that an operator may enable; each device waits for its own minute. What `cistern schedule install` writes to
 * /etc takes their place, because systemd reads that first.
 */
export function unitFiles(): readonly PackageFile[] {
  const files = systemdFiles(
    {
      program: ['/usr/bin/cistern'],
      at: { hour: 2, minute: 0 },
      spreadMinutes: 180,
      window: '02:00-05:00',
      settings: {},
      hasUdev: false,
    },
    '/usr/lib/systemd/system',
  );
  return files.flatMap((file) =>
    file.kind === 'file'
      ? [textFile(file.path, file.text.replace(`# ${OWNERSHIP_MARK}\n`, ''), file.mode)]
      : [],
  );
}

export function documentFiles(documents: {
  readonly license: string;
  readonly updater: string;
}): readonly PackageFile[] {
  return [
    textFile('/usr/share/doc/cistern/copyright', documents.license),
    textFile('/usr/share/doc/cistern/updater.md', documents.updater),
  ];
}
