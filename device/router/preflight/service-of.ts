/**
 * Which service a process belongs to, by its control groups (cgroups(7), `/proc/PID/cgroup`), which what it starts
 * inherits: procd makes `/services/NAME/INSTANCE`, systemd `…/NAME.service`, and `NAME.scope` for sessions and
 * containers. Pure.
 */
const PROCD = /^\/services\/([^/]+)(?:\/|$)/;
const SYSTEMD = /\/([^/]+)\.(?:service|scope)(?:\/|$)/;

/** Its name without `.service`; null where the system does not tell. */
export function serviceOf(cgroupText: string): string | null {
  for (const line of cgroupText.split('\n')) {
    const path = line.split(':').slice(2).join(':');
    const name = (PROCD.exec(path) ?? SYSTEMD.exec(path))?.[1];
    if (name !== undefined) return name;
  }
  return null;
}
