/** When a line of a crontab runs next (crontab(5); busybox has the same five fields). Pure. */

/** Minutes of the machine's own wall clock since 1970: what crontabs speak of, without a zone. */
export type WallMinute = number;

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The first minute from `now` on at which the line runs, within `withinMinutes`; null where it does not, or is none. */
export function nextRun(line: string, now: WallMinute, withinMinutes: number): WallMinute | null {
  const [nickname = ''] = line.split(/\s/, 1);
  const [minute, hour, day, month, weekday] = (NICKNAMES[nickname] ?? line).split(/\s+/);
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const days = valuesOf(day, 1, 31);
  const months = valuesOf(month, 1, 12, MONTHS);
  const weekdays = valuesOf(weekday, 0, 7, DAYS);
  if (minutes === null || hours === null || days === null || months === null || weekdays === null)
    return null;
  // Where both name days, either is enough.
  const isEither = !day?.startsWith('*') && !weekday?.startsWith('*');
  for (let at = now; at < now + withinMinutes; at++) {
    const time = new Date(at * 60_000);
    if (!minutes.has(time.getUTCMinutes()) || !hours.has(time.getUTCHours())) continue;
    if (!months.has(time.getUTCMonth() + 1)) continue;
    const isDay = days.has(time.getUTCDate());
    const isWeekday = weekdays.has(time.getUTCDay()) || (time.getUTCDay() === 0 && weekdays.has(7));
    if (isEither ? isDay || isWeekday : isDay && isWeekday) return at;
  }
  return null;
}

/** A list of values, ranges and steps such as `1,10-20/2` or `mon-fri`; null where it is none. */
function valuesOf(
  field: string | undefined,
  min: number,
  max: number,
  names: readonly string[] = [],
): ReadonlySet<number> | null {
  const values = new Set<number>();
  const numberOf = (text: string) => {
    const name = names.indexOf(text.toLowerCase());
    return name === -1 ? Number(text) : name + (max === 12 ? 1 : 0);
  };
  for (const part of (field ?? '').split(',')) {
    const said = /^(?:\*|(\d{1,2}|[a-z]{3})(?:-(\d{1,2}|[a-z]{3}))?)(?:\/(\d{1,2}))?$/i.exec(part);
    if (said === null) return null;
    const [, first, last, step] = said;
    const from = first === undefined ? min : numberOf(first);
    const open = first === undefined || step !== undefined ? max : from;
    const to = last === undefined ? open : numberOf(last);
    const by = Number(step ?? 1);
    if (!(from >= min && to <= max && by > 0)) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}
