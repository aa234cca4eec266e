import { expect, it } from 'vitest';
import { measureSteps } from './step-costs.ts';

it('adds up what each step took, also when it comes again', () => {
  let now = 0;
  const clocks = { wallMs: () => now, cpuMs: () => now / 4 };
  const steps = measureSteps(clocks);
  now = 100;
  steps.begin('programming');
  now = 160;
  steps.begin('reading-back');
  now = 200;
  steps.begin('programming');
  now = 220;
  expect([...steps.end()]).toEqual([
    ['programming', { wallMs: 80, cpuMs: 20 }],
    ['reading-back', { wallMs: 40, cpuMs: 10 }],
  ]);
});

it('has nothing to tell before the first step', () => {
  expect(measureSteps({ wallMs: () => 1, cpuMs: () => 1 }).end().size).toBe(0);
});
