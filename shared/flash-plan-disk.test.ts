/** Plans for eMMC: what the order is, and what is refused. From a package on a disk to a modem: test/emmc.test.ts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskPatch } from './disk-patches.ts';
import { buildFlashPlan, clearedFirst, type PlanInput } from './flash-plan.ts';
import type { RawprogramCommand } from './rawprogram.ts';
import { overlaps } from './sector-range.ts';

const STORAGE = { type: 'emmc', sectorBytes: 512, totalSectors: 100_000, bootStartSector: 64 } as const;
const MODEMST1 = { name: 'modemst1', startSector: 20_000, sectorCount: 4096 };

const range = (startSector: number, sectorCount: number) => ({
  startSector,
  sectorCount,
  sectorBytes: 512,
  pagesPerBlock: null,
  physicalPartition: 0,
});
const program = (
  line: number,
  startSector: number,
  sectorCount: number,
  label = 'tz',
): RawprogramCommand => ({
  kind: 'program',
  line,
  label,
  filename: `${label}.mbn`,
  ...range(startSector, sectorCount),
});
const patch = (startSector: number, changes: Partial<DiskPatch> = {}): DiskPatch => ({
  file: 'patch0.xml',
  line: 9,
  startSector,
  byteOffset: 16,
  sizeBytes: 4,
  sectorBytes: 512,
  physicalPartition: 0,
  attributes: [],
  ...changes,
});
const SBL = program(2, 64, 1000, 'sbl1');

const plan = (commands: readonly RawprogramCommand[], changes: Partial<PlanInput> = {}) =>
  buildFlashPlan({
    commands,
    storage: STORAGE,
    protectedRanges: [MODEMST1],
    directory: '',
    fileSizeBytes: () => 5000,
    ...changes,
  });

describe('a plan for a disk', () => {
  it('clears the boot partition first, writes it last, needs no erase and takes patches as they are', () => {
    const patches = [patch(0), patch(33)];
    const built = plan([SBL, program(3, 0, 34, 'PrimaryGPT'), program(4, 2000, 64)], {
      patches,
      fileSizeBytes: (path) => (path === 'PrimaryGPT.mbn' ? 34 * 512 : 5000),
    });
    if (!built.ok) throw new Error(JSON.stringify(built.failure));
    expect(clearedFirst(built.value).map(({ path, sectorCount }) => [path, sectorCount])).toEqual([
      ['sbl1.mbn', 10],
    ]);
    expect(built.value.erases).toEqual([]);
    expect(built.value.programs.map(({ path, window }) => [path, window])).toEqual([
      ['PrimaryGPT.mbn', null],
      ['tz.mbn', null],
      ['sbl1.mbn', null],
    ]);
    expect(built.value.patches).toBe(patches);
  });

  it.each([
    [
      'patches a sector it does not write',
      [SBL, program(3, 2000, 64)],
      { patches: [patch(1999)] },
      { line: 9, reason: 'patch-outside-programs', startSector: 1999, file: 'patch0.xml' },
    ],
    [
      'patches what must be written last',
      [SBL],
      { patches: [patch(64)] },
      { line: 9, reason: 'patch-outside-programs', startSector: 64, file: 'patch0.xml' },
    ],
    [
      'patches by other sectors',
      [SBL, program(3, 2000, 64)],
      { patches: [patch(2000, { sectorBytes: 4096 })] },
      { line: 9, reason: 'patch-of-another-geometry', file: 'patch0.xml' },
    ],
    [
      'patches a boot area',
      [SBL, program(3, 2000, 64)],
      { patches: [patch(2000, { physicalPartition: 1 })] },
      { line: 9, reason: 'patch-of-another-geometry', file: 'patch0.xml' },
    ],
    [
      'has calibration elsewhere by its own word',
      [SBL, { kind: 'partition', line: 5, label: 'modemst1', ...range(30_000, 4096) }],
      {},
      {
        line: 5,
        reason: 'label-contradicts-model',
        label: 'modemst1',
        startSector: 30_000,
        wantedSector: 20_000,
      },
    ],
    [
      'writes over what it names calibration itself',
      [SBL, program(3, 2000, 64), { kind: 'partition', line: 5, label: 'persist', ...range(2040, 100) }],
      {},
      { line: 3, reason: 'touches-protected-range', range: 'persist', startSector: 2000, sectorCount: 64 },
    ],
    [
      'has no boot partition',
      [program(3, 2000, 64)],
      {},
      { line: 1, reason: 'boot-partition-missing', startSector: 64 },
    ],
    [
      'was made for NAND',
      [SBL, { kind: 'erase', line: 4, ...range(2000, 64), pagesPerBlock: 64 }],
      {},
      { line: 4, reason: 'geometry-contradicts-model', sectorBytes: 512, pagesPerBlock: 64 },
    ],
  ] as const)('is refused where it %s', (_, commands, changes, failure) => {
    expect(plan(commands, changes)).toEqual({ ok: false, failure: [failure] });
  });

  it('never touches a protected range and patches nothing but what it writes, whatever the file says', () => {
    const places = fc.array(fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 5000 })), { maxLength: 6 });
    let made = 0;
    fc.assert(
      fc.property(places, fc.array(fc.nat(60_000), { maxLength: 2 }), (written, patched) => {
        const commands = [SBL, ...written.map(([start, count], i) => program(3 + i, start, count, `p${i}`))];
        const built = plan(commands, { patches: patched.map((sector) => patch(sector)) });
        if (!built.ok) return;
        made += 1;
        const { programs, patches } = built.value;
        for (const each of programs) expect(overlaps(each, MODEMST1)).toBe(false);
        for (const { startSector } of patches)
          expect(programs.some((each) => overlaps(each, { startSector, sectorCount: 1 }))).toBe(true);
        expect(programs.at(-1)?.startSector).toBe(64);
      }),
      { numRuns: 2000 },
    );
    expect(made).toBeGreaterThan(100);
  });
});
