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

/** The most that one such answer may cost of a chunk, where `fromBytes` of it were there and the rest was asked for. */
export function lostBytes(
  fault: Fault,
  { fromBytes, chunkBytes }: { readonly fromBytes: number | null; readonly chunkBytes: number },
): number {
  if (SPOILING.includes(fault) || fault === 'other-etag') return chunkBytes;
  return LOSING_WHAT_WAS_THERE.includes(fault) ? (fromBytes ?? 0) : 0;
}

const LOSING_WHAT_WAS_THERE: readonly Fault[] = [
  'ignore-range',
  'lie-about-range',
  'refuse-range',
  'forbid',
  'gone',
];

/** Faults that make a whole chunk arrive wrong; the updater gives a chunk up after three. */
const SPOILING: readonly Fault[] = ['truncate', 'wrong-bytes', 'shift-range'];
const SPOILING_PER_CHUNK_MAX = 2;
/** After so many a chunk is served by the book: what is bounded in the updater is not what is tried here. */
const FAULTS_PER_CHUNK_MAX = 24;

/** Lines that drop also drop before an answer: often enough that it happens twice in a row. */
const HANG_UPS_AMONG_CUTS = 0.3;
/** After the header fields, and before any of the body. */
const EMPTY_AMONG_CUTS = 0.1;
/** Share of the requests; a line that drops does so again and again while one chunk comes. */
const BY_THE_BOOK = { cuts: 0.15, hostile: 0.3, fatal: 0.3 } as const;

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
  const cut = (): Fault => {
    if (draw() < HANG_UPS_AMONG_CUTS) return 'hang-up';
    return { cutAt: draw() < EMPTY_AMONG_CUTS ? 0 : draw() };
  };
  const fatal = Object.keys(FATAL) as Fault[];
  return (chunkId) => {
    const so = done.get(chunkId) ?? { all: 0, spoiling: 0 };
    done.set(chunkId, so);
    if (so.all >= FAULTS_PER_CHUNK_MAX || draw() < BY_THE_BOOK[profile]) return 'none';
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
