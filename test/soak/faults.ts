/** What a line, a proxy or a server does to one answer, and a seeded choice of it. */

export type Fault =
  /** Answered by the book. */
  | 'none'
  /** The connection ends after this share of the body, 0 before any of it. */
  | { readonly cutAt: number }
  /** The connection ends before an answer. */
  | 'hang-up'
  /** A few bytes, then silence. */
  | 'stall'
  /** The body in crumbs. */
  | 'trickle'
  /** Range is eaten on the way: 200 and everything. */
  | 'ignore-range'
  /** A firewall that knows no ranges: refused with 403, or hung up on; the whole is let through. */
  | 'refuse-range'
  | 'reset-range'
  /** Content-Range says another place than the bytes are from. */
  | 'lie-about-range'
  /** Content-Range is right and the bytes are from elsewhere. */
  | 'shift-range'
  /** The server's file changed its name tag under the resume. */
  | 'other-etag'
  /** Too short, with a length that fits. */
  | 'truncate'
  | 'wrong-bytes'
  | 'busy'
  | 'too-many-requests'
  /** To the same place under another address. */
  | 'redirect'
  // What no further request mends:
  | 'redirect-to-another-scheme'
  | 'redirect-for-ever'
  | 'oversize'
  | 'compress'
  | 'forbid'
  | 'gone';

/** Failure reasons that the faults which nothing mends must end with. */
export const FATAL: Readonly<Record<string, string>> = {
  'redirect-to-another-scheme': 'address-refused',
  'redirect-for-ever': 'address-refused',
  oversize: 'chunk-too-large',
  compress: 'chunk-encoded',
  forbid: 'chunk-refused',
  gone: 'chunk-refused',
};

/** Answered so, what there was of a chunk may be worth nothing; after one, it is not asked for in ranges again. */
export function spoils(fault: Fault, { isRanged }: { readonly isRanged: boolean }): boolean {
  return SPOILING.includes(fault) || WRONGLY_RANGED.includes(fault) || (isRanged && UNRANGED.includes(fault));
}

/** Taken for a firewall that knows no ranges, the second time in a row where it is only hung up on. */
const UNRANGED: readonly Fault[] = ['refuse-range', 'reset-range', 'hang-up', 'forbid', 'gone'];

const WRONGLY_RANGED: readonly Fault[] = ['ignore-range', 'lie-about-range', 'other-etag'];

/** Faults that make a whole chunk arrive wrong; the updater gives a chunk up after three. */
const SPOILING: readonly Fault[] = ['truncate', 'wrong-bytes', 'shift-range'];
const SPOILING_PER_CHUNK_MAX = 2;
/** After so many a chunk is served by the book: what is bounded in the updater is not what is tried here. */
const FAULTS_PER_CHUNK_MAX = 9;

export type Profile = 'cuts' | 'hostile' | 'fatal';

const MENDABLE: readonly Fault[] = [
  'hang-up',
  'trickle',
  'ignore-range',
  'refuse-range',
  'reset-range',
  'lie-about-range',
  'other-etag',
  'busy',
  'too-many-requests',
  'redirect',
  'stall',
  ...SPOILING,
];

export type Draw = () => number;

/** 0 up to 1, the same row for the same seed (mulberry32). */
export function seeded(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The fault of the next request for a chunk. */
export function faultPlan(profile: Profile, draw: Draw): (chunkId: string) => Fault {
  const done = new Map<string, { all: number; spoiling: number }>();
  const cut = (): Fault => ({ cutAt: draw() });
  const fatal = Object.keys(FATAL) as Fault[];
  return (chunkId) => {
    const so = done.get(chunkId) ?? { all: 0, spoiling: 0 };
    done.set(chunkId, so);
    if (so.all >= FAULTS_PER_CHUNK_MAX || draw() < 0.3) return 'none';
    so.all += 1;
    if (profile === 'cuts' || draw() < 0.4) return cut();
    if (profile === 'fatal' && draw() < 0.5) return pick(fatal, draw);
    const fault = pick(MENDABLE, draw);
    if (!SPOILING.includes(fault)) return fault;
    so.spoiling += 1;
    return so.spoiling > SPOILING_PER_CHUNK_MAX ? cut() : fault;
  };
}

function pick<T>(from: readonly T[], draw: Draw): T {
  const one = from[Math.floor(draw() * from.length)];
  if (one === undefined) throw new Error('nothing to draw from');
  return one;
}
