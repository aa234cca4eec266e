import { describe, expect, it } from 'vitest';
import { figuresOf, tableOf } from './report-bench.ts';

const raw = { event: 'raw', lengthBytes: 1e6, wallMs: 250, cpuMs: 50 };
const program = (phase: string, atMs: number) => ({
  event: 'program',
  phase,
  startSector: 0,
  lengthBytes: 1e6,
  atMs,
});
const step = (name: string, cpuMs: number) => ({ event: 'step', step: name, cpuMs });
const EVENTS = [
  { event: 'state', state: 'normal' },
  raw,
  { event: 'begin', who: 'ours' },
  step('staged', 1000),
  step('loading-programmer', 2000),
  step('programming', 2100),
  program('started', 0),
  program('ended', 300),
  step('reading-back', 2400),
  step('programming', 9000),
  program('started', 5000),
  program('ended', 5300),
  step('resetting', 9100),
  raw,
  { event: 'begin', who: 'qdl' },
  program('started', 10_000),
  program('ended', 11_200),
  { event: 'end', who: 'qdl', cpuMs: 80 },
  raw,
];

describe('the table of the benchmark', () => {
  it('counts the time of programs, and processor time from the programmer on without reading back', () => {
    expect(figuresOf(EVENTS)).toEqual({
      ours: { bytes: 2e6, wallMs: 600, cpuMs: 100 + 300 + 100 },
      oursProgramming: { bytes: 2e6, wallMs: 600, cpuMs: 300 + 100 },
      qdl: { bytes: 1e6, wallMs: 1200, cpuMs: 80 },
      raw: { bytes: 2e6, wallMs: 500, cpuMs: 100 },
    });
  });

  it('says whether the goals are met', () => {
    const table = tableOf(EVENTS);
    expect(table).toContain('ours / qdl: 0.25 (goal: at most 0.5, met)');
    expect(table).toContain('ours / raw bulk: 0.83 (goal: at least 0.9, MISSED)');
    expect(table).toContain('| qdl | 1.00 | 0.833 | 1200 | 80.0 |');
  });

  it.each(['begin', 'end', 'program', 'raw', 'step'])('is not made without %s', (missing) => {
    expect(() => figuresOf(EVENTS.filter(({ event }) => event !== missing))).toThrow();
  });
});
