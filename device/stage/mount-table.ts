/** The table of mounts as /proc/self/mountinfo writes it (proc(5)). */

export type Mount = {
  readonly id: number;
  /** `major:minor`. */
  readonly device: string;
  readonly mountPoint: string;
  readonly filesystem: string;
  readonly readOnly: boolean;
};

/** Lines that are not of the kernel's form are left out. Later mounts lie on top of earlier ones. */
export function parseMountTable(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`. */
function parseLine(line: string): Mount | null {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id, , device, , mountPoint, options] = fields;
  const filesystem = fields[dash + 1];
  const superOptions = fields[dash + 3];
  if (dash < 0 || !/^\d+$/.test(id ?? '') || !device || !mountPoint || !options || !filesystem) return null;
  const readOnly = [options, superOptions ?? ''].some((list) => list.split(',').includes('ro'));
  return { id: Number(id), device, mountPoint: unescapePath(mountPoint), filesystem, readOnly };
}

/** The mount that a path lies on: the longest mount point above it, the topmost where several share it. */
export function mountOf(path: string, table: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of table) {
    if (!isAtOrBelow(path, mount.mountPoint)) continue;
    if (best === undefined || mount.mountPoint.length >= best.mountPoint.length) best = mount;
  }
  return best;
}

export function isAtOrBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Where /etc/fstab would mount something (fstab(5)), but for the root. */
export function parseFstab(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', mountPoint = ''] = line.trim().split(/\s+/);
    if (device.startsWith('#') || !mountPoint.startsWith('/')) return [];
    const path = unescapePath(mountPoint).replace(/\/+$/, '');
    return path === '' ? [] : [path];
  });
}

/** Space, tab, newline and backslash are written as octal numbers: `\040`. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
