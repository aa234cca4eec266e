/** Sizes, instants and versions as people read them; the same for everybody, because the Worker knows no locale. */

/** In units of 1000, as disks and networks count. */
export function bytesSaid(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const;
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** unit;
  return `${value < 100 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `2026-11-23 08:00 UTC`, of an ISO 8601 text in UTC. */
export function dateTimeSaid(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
