import { describe, expect, it } from 'vitest';
import { modelIdSchema } from '../../shared/catalogue.ts';
import type { Context } from '../context.ts';
import type { PlanDocument } from '../report/plan-document.ts';
import { updateDisplay } from './update-display.ts';

const plan: PlanDocument = {
  format: 'cistern-plan/1',
  model: modelIdSchema.parse('quectel/ec25euga-m4g'),
  fromVersion: null,
  toVersion: 'EC25EUGAR08A03M4G_01.200.01.200',
  programmer: 'prog.mbn',
  vouchedBy: 'signature',
  storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 },
  guards: [],
  erases: [{ partition: 'SBL', startSector: 0, sectorCount: 64, bytes: 131_072 }],
  programs: [{ partition: null, file: 'sbl1.mbn', startSector: 0, sectorCount: 1, bytes: 9 }],
  protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
};

function shown(
  isTTY: boolean,
  ...rest: readonly ['text' | 'json' | 'quiet', { plan?: 'whole' | 'brief'; asks?: boolean }?]
) {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      said[name] += text;
    },
  });
  const clock = { nowMs: () => 0, sleep: async () => {} };
  const context = { stdout: stream('stdout'), stderr: stream('stderr'), clock, environment: {} };
  updateDisplay(context as unknown as Context, ...rest).events.onPlan(plan);
  return said;
}

describe('the plan before the point of no return', () => {
  it.each([
    ['whole at a terminal', true, 'text', undefined],
    ['whole in a log where somebody asked for this very flashing', false, 'text', { plan: 'whole' }],
    ['whole in quiet where consent to it is asked for', true, 'quiet', { asks: true }],
  ] as const)('is shown %s', (_, isTTY, mode, options) => {
    const { stderr } = shown(isTTY, mode, options);
    expect(stderr).toContain(
      'plan for quectel/ec25euga-m4g: what it holds now -> EC25EUGAR08A03M4G_01.200.01.200',
    );
    expect(stderr).toMatch(/erase +SBL/);
    expect(stderr).toMatch(/program +- +sbl1\.mbn/);
  });

  it('is one line in the log of a run that nobody watches', () => {
    expect(shown(false, 'text').stderr).toBe(
      '  plan: 0 guard, 1 erases, 1 programs (0.0 MB), start sector 0 last; untouched: EFS2\n',
    );
  });

  it('is one event for machines, and nothing where quiet was wanted', () => {
    expect(JSON.parse(shown(false, 'json').stdout)).toEqual({ event: 'plan', plan });
    expect(shown(true, 'quiet', { plan: 'whole', asks: false })).toEqual({ stdout: '', stderr: '' });
  });
});
