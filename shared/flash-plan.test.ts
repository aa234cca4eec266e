import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FlashPlan, type PlanInput, programmedBytes, resolvePackagePath } from './flash-plan.ts';
import { parseRawprogram, type RawprogramCommand } from './rawprogram.ts';
import { isPackagePath } from './release.ts';
import { overlaps } from './sector-range.ts';
import { BOOT, erase, planOf, program, SIZES, STORAGE } from './test-flash-commands.ts';

function planned(commands: readonly RawprogramCommand[], changes: Partial<PlanInput> = {}): FlashPlan {
  const plan = planOf(commands, changes);
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return plan.value;
}

describe('a plan', () => {
  const guard = { kind: 'guard', line: 9, attributes: [['vendor', 'quectel']] } as const;
  const plan = planned([
    program(1, 0, 640, '..\\sbl1.mbn'),
    program(2, 13_184, 768, '..\\tz.mbn'),
    erase(3, 13_952, 576),
    program(4, 13_952, 576, '..\\rpm.mbn'),
    erase(5, 13_184, 768),
    erase(6, 0, 640),
    guard,
  ]);

  it('erases the boot partition first and all others in the order of the file', () => {
    expect(plan.erases.map(({ startSector }) => startSector)).toEqual([0, 13_952, 13_184]);
  });

  it('programs the boot partition last and all others in the order of the file', () => {
    expect(plan.programs.map(({ startSector }) => startSector)).toEqual([13_184, 13_952, 0]);
  });

  it("keeps the vendor's guards verbatim, apart from the erases", () => {
    expect(plan.guards).toEqual([guard.attributes]);
  });

  it('writes the pages of the file, not of the partition, and knows the erase that clears their way', () => {
    expect(plan.programs[1]).toEqual({
      line: 4,
      path: 'update/rpm.mbn',
      sizeBytes: 160_904,
      startSector: 13_952,
      sectorCount: 79,
      window: { line: 3, startSector: 13_952, sectorCount: 576 },
    });
  });

  it.each([
    ['one-page', 1],
    ['one-byte-more', 2],
    ['full', 640],
  ])('of %s.mbn writes %i pages', (name, pages) => {
    const commands = [erase(1, 0, 640), program(2, 0, 640, `..\\${name}.mbn`)];
    expect(planned(commands).programs[0]?.sectorCount).toBe(pages);
    expect(programmedBytes(planned(commands))).toBe(pages * 2048);
  });

  it('may erase a partition that it writes nothing into', () => {
    expect(planned([...BOOT, erase(3, 62_336, 30_720)]).erases).toHaveLength(2);
  });

  it('reads a file that stands on one line', () => {
    const attributes = (start: number, count: number) =>
      `PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="${count}" physical_partition_number="0" start_sector="${start}"`;
    const xml = `<data><erase ${attributes(0, 640)}/><program ${attributes(0, 640)} filename="..\\sbl1.mbn"/><erase ${attributes(13_184, 768)}/><program ${attributes(13_184, 768)} filename="..\\tz.mbn"/></data>`;
    const commands = parseRawprogram(xml);
    expect(commands.ok && planned(commands.value).programs).toHaveLength(2);
  });
});

describe('a plan that is made', () => {
  const blocks = fc.integer({ min: 0, max: 40 });
  const partition = fc.record({
    startSector: fc.oneof(
      blocks.map((n) => n * 64),
      fc.integer({ min: 0, max: 2700 }),
    ),
    sectorCount: fc.oneof(
      fc.integer({ min: 0, max: 6 }).map((n) => n * 64),
      fc.integer({ min: 0, max: 400 }),
    ),
    kind: fc.constantFrom('erase', 'program', 'both'),
    name: fc.constantFrom(...Object.keys(SIZES).map((path) => path.replace('update/', '..\\'))),
  });
  const layout = fc
    .array(partition, { maxLength: 5 })
    .map((partitions) =>
      [{ startSector: 0, sectorCount: 128, kind: 'both', name: '..\\one-page.mbn' }, ...partitions].flatMap(
        ({ startSector, sectorCount, kind, name }, i) => [
          ...(kind === 'program' ? [] : [erase(2 * i + 1, startSector, sectorCount)]),
          ...(kind === 'erase' ? [] : [program(2 * i + 2, startSector, sectorCount, name)]),
        ],
      ),
    );
  const ranges = fc.array(
    fc.record({
      name: fc.constant('kept'),
      startSector: fc.integer({ min: 128, max: 2700 }),
      sectorCount: fc.integer({ min: 1, max: 300 }),
    }),
    { maxLength: 3 },
  );

  it('never touches a protected range, stays in the flash, writes only what it erases, boot first and last', () => {
    let made = 0;
    fc.assert(
      fc.property(layout, ranges, (commands, protectedRanges) => {
        const plan = planOf(commands, { protectedRanges, storage: { ...STORAGE, totalPages: 2752 } });
        if (!plan.ok) return;
        made += 1;
        const { erases, programs } = plan.value;
        const windows = programs.flatMap(({ window }) => (window === null ? [] : [window]));
        expect(windows).toHaveLength(programs.length);
        for (const range of [...erases, ...programs, ...windows]) {
          expect(protectedRanges.some((kept) => overlaps(range, kept))).toBe(false);
          expect(range.startSector + range.sectorCount).toBeLessThanOrEqual(2752);
          expect(range.sectorCount).toBeGreaterThan(0);
        }
        for (const { startSector, sectorCount, window, sizeBytes } of programs) {
          if (window === null) continue;
          expect(erases).toContainEqual(window);
          expect(startSector).toBeGreaterThanOrEqual(window.startSector);
          expect(startSector + sectorCount).toBeLessThanOrEqual(window.startSector + window.sectorCount);
          expect(sectorCount * 2048 - sizeBytes).toBeLessThan(2048);
        }
        expect(erases[0]?.startSector).toBe(0);
        expect(programs.at(-1)?.startSector).toBe(0);
        expect(new Set(windows.map(({ startSector }) => startSector)).size).toBe(programs.length);
      }),
      { numRuns: 3000 },
    );
    expect(made).toBeGreaterThan(100);
  });
});

describe('two ranges', () => {
  const range = (startSector: number, sectorCount: number) => ({ startSector, sectorCount });
  it.each([
    ['the same', range(10, 5), range(10, 5), true],
    ['one within the other', range(10, 5), range(12, 1), true],
    ['sharing one page', range(10, 5), range(14, 5), true],
    ['side by side', range(10, 5), range(15, 5), false],
    ['apart', range(10, 5), range(20, 5), false],
  ])('%s overlap, or not, whichever is asked about', (_, a, b, expected) => {
    expect([overlaps(a, b), overlaps(b, a)]).toEqual([expected, expected]);
  });
});

describe('a path of a rawprogram', () => {
  it.each([
    ['update/firehose', '..\\tz.mbn', 'update/tz.mbn'],
    ['update/firehose', '../tz.mbn', 'update/tz.mbn'],
    [
      'update/firehose',
      'partition_complete_p2K_b128K.mbn',
      'update/firehose/partition_complete_p2K_b128K.mbn',
    ],
    ['update/firehose', '.\\.\\tz.mbn', 'update/firehose/tz.mbn'],
    ['update/firehose', '..\\..\\md5.txt', 'md5.txt'],
    ['', 'tz.mbn', 'tz.mbn'],
    ['update/firehose', '..\\..\\..\\tz.mbn', null],
    ['', '..\\tz.mbn', null],
    ['update/firehose', '..\\..', null],
    ['update/firehose', '', null],
    ['update/firehose', '\\tz.mbn', null],
    ['update/firehose', '/etc/passwd', null],
    ['update/firehose', 'C:\\tz.mbn', null],
    ['update/firehose', '..\\', null],
    ['update/firehose', 'tz.mbn\0.txt', null],
    ['..', 'tz.mbn', null],
  ])('in %j, %j is %j', (directory, filename, path) => {
    expect(resolvePackagePath(directory, filename)).toBe(path);
  });

  it('never leaves the package', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '.', '..', '/', '\\', ':', ' ', '%2e'),
      maxLength: 12,
    });
    const directory = fc.constantFrom('', 'update', 'update/firehose');
    fc.assert(
      fc.property(directory, text, (from, filename) => {
        const path = resolvePackagePath(from, filename);
        if (path !== null) expect(isPackagePath(path)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
