/** The benchmark's figures as a table: what the modem and the guest said, in order, put together. */
import { availableParallelism, loadavg } from 'node:os';
import * as z from 'zod';

const eventSchema = z.union([
  z.object({ event: z.literal('raw'), lengthBytes: z.number(), wallMs: z.number(), cpuMs: z.number() }),
  z.object({ event: z.literal('begin'), who: z.enum(['ours', 'qdl']) }),
  z.object({ event: z.literal('end'), who: z.literal('qdl'), cpuMs: z.number() }),
  z.object({ event: z.literal('step'), step: z.string(), cpuMs: z.number() }),
  z.object({
    event: z.literal('program'),
    phase: z.enum(['started', 'ended']),
    startSector: z.number(),
    lengthBytes: z.number(),
    atMs: z.number(),
  }),
]);
type BenchEvent = z.infer<typeof eventSchema>;

/** Bytes, the modem's time while it took them, and the host's processor time for it. */
export type Flashed = { readonly bytes: number; readonly wallMs: number; readonly cpuMs: number };
export type Figures = {
  readonly ours: Flashed;
  /** Of it: while raw bytes were sent. The rest of ours is the programmer, erases, and verifying the stage again. */
  readonly oursProgramming: Flashed;
  readonly qdl: Flashed;
  /** Right before ours and right after it. */
  readonly raw: Flashed;
};

/** Throws when a figure is missing. */
export function figuresOf(events: readonly object[]): Figures {
  const known = events.flatMap((event) => {
    const parsed = eventSchema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
  const oursAt = known.findIndex((event) => event.event === 'begin' && event.who === 'ours');
  const qdlAt = known.findIndex((event) => event.event === 'begin' && event.who === 'qdl');
  const [during, after] = [known.slice(oursAt, qdlAt), known.slice(qdlAt)];
  const qdlEnd = after.find((event) => event.event === 'end');
  if (oursAt === -1 || qdlAt < oursAt || qdlEnd?.event !== 'end')
    throw new Error('the benchmark did not end');
  return {
    ours: { ...programmed(during), cpuMs: cpuOfSteps(during, (step) => step !== 'reading-back') },
    oursProgramming: {
      ...programmed(during),
      cpuMs: cpuOfSteps(during, (step) => step === 'programming'),
    },
    qdl: { ...programmed(after), cpuMs: qdlEnd.cpuMs },
    raw: rawLink(known.slice(0, qdlAt)),
  };
}

/** Every program has its start and its end. */
function programmed(events: readonly BenchEvent[]): { readonly bytes: number; readonly wallMs: number } {
  let bytes = 0;
  let wallMs = 0;
  let startedAtMs: number | undefined;
  for (const event of events) {
    if (event.event !== 'program') continue;
    if (event.phase === 'started') startedAtMs = event.atMs;
    else if (startedAtMs !== undefined) {
      bytes += event.lengthBytes;
      wallMs += event.atMs - startedAtMs;
      startedAtMs = undefined;
    }
  }
  if (bytes === 0) throw new Error('nothing was programmed');
  return { bytes, wallMs };
}

/** From loading the programmer to the reset. What qdl does not do is not counted: it reads nothing back. */
function cpuOfSteps(events: readonly BenchEvent[], isCounted: (step: string) => boolean): number {
  const steps = events.filter((event) => event.event === 'step');
  const begun = steps.findIndex(({ step }) => step === 'loading-programmer');
  const end = steps.findIndex(({ step }) => step === 'resetting');
  if (begun === -1 || end === -1) throw new Error('our steps are missing');
  let cpuMs = 0;
  for (let index = begun; index < end; index++) {
    const [now, next] = [steps[index], steps[index + 1]];
    if (now !== undefined && next !== undefined && isCounted(now.step)) cpuMs += next.cpuMs - now.cpuMs;
  }
  return cpuMs;
}

function rawLink(events: readonly BenchEvent[]): Flashed {
  const runs = events.filter((event) => event.event === 'raw');
  if (runs.length === 0) throw new Error('the raw link was not measured');
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0);
  return { bytes: sum((r) => r.lengthBytes), wallMs: sum((r) => r.wallMs), cpuMs: sum((r) => r.cpuMs) };
}

const GOALS = { timeBesideQdl: 0.5, rateBesideRaw: 0.9 } as const;

export function tableOf(events: readonly object[]): string {
  const figures = figuresOf(events);
  const row = (name: string, { bytes, wallMs, cpuMs }: Flashed) => {
    const megabytes = bytes / 1e6;
    const cells = [megabytes, (megabytes / wallMs) * 1000, wallMs / megabytes, cpuMs / megabytes];
    return `| ${[name, ...cells.map(threeDigits)].join(' | ')} |`;
  };
  const perByte = ({ wallMs, bytes }: Flashed) => wallMs / bytes;
  const cpuPerByte = ({ cpuMs, bytes }: Flashed) => cpuMs / bytes;
  const besideQdlCpu = (of: Flashed) => (cpuPerByte(of) / cpuPerByte(figures.qdl)).toFixed(2);
  const besideQdl = perByte(figures.ours) / perByte(figures.qdl);
  const besideRaw = perByte(figures.raw) / perByte(figures.ours);
  const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');
  return [
    '',
    '| | MB | MB/s | ms/MB | processor ms/MB |',
    '|---|---|---|---|---|',
    row('ours', figures.ours),
    row('ours, programs alone', figures.oursProgramming),
    row('qdl', figures.qdl),
    row('raw bulk', figures.raw),
    '',
    `time per MB, ours / qdl: ${besideQdl.toFixed(2)} (goal: at most ${GOALS.timeBesideQdl}, ${verdict(besideQdl <= GOALS.timeBesideQdl)})`,
    `rate, ours / raw bulk: ${besideRaw.toFixed(2)} (goal: at least ${GOALS.rateBesideRaw}, ${verdict(besideRaw >= GOALS.rateBesideRaw)})`,
    `processor time per MB, ours / qdl: ${besideQdlCpu(figures.ours)}, of the programs alone ${besideQdlCpu(figures.oursProgramming)}`,
    `load average of this machine: ${(loadavg()[1] ?? 0).toFixed(1)} on ${availableParallelism()} cores`,
    '',
  ].join('\n');
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
