import { describe, expect, it } from 'vitest';
import type { PlanFailure } from './flash-plan.ts';
import type { RawprogramCommand } from './rawprogram.ts';
import { BOOT, erase, planOf, program } from './test-flash-commands.ts';

function failuresOf(commands: readonly RawprogramCommand[]): readonly PlanFailure[] {
  const plan = planOf(commands);
  return plan.ok ? [] : plan.failure;
}

describe('a plan is refused', () => {
  const cases: readonly [string, readonly RawprogramCommand[], readonly PlanFailure[]][] = [
    [
      'when an erase touches a protected range',
      [...BOOT, erase(3, 9920, 128)],
      [{ line: 3, reason: 'touches-protected-range', range: 'EFS2', startSector: 9920, sectorCount: 128 }],
    ],
    [
      'when one page of a program lies in a protected range',
      [...BOOT, erase(3, 13_952, 576), program(4, 13_952, 577, '..\\rpm.mbn')],
      [
        {
          line: 4,
          reason: 'touches-protected-range',
          range: 'cust_info',
          startSector: 13_952,
          sectorCount: 577,
        },
        { line: 4, reason: 'program-without-erase', startSector: 13_952 },
      ],
    ],
    [
      'when an erase spans two protected ranges: both are named',
      [...BOOT, erase(3, 640, 15_360)],
      ['EFS2', 'cust_info'].map((range) => ({
        line: 3,
        reason: 'touches-protected-range' as const,
        range,
        startSector: 640,
        sectorCount: 15_360,
      })),
    ],
    [
      'when the file was made for other pages',
      [...BOOT, erase(3, 13_184, 768, { sectorBytes: 4096 })],
      [{ line: 3, reason: 'geometry-contradicts-model', sectorBytes: 4096, pagesPerBlock: 64 }],
    ],
    [
      'when the file was made for other blocks',
      [...BOOT, erase(3, 13_184, 768, { pagesPerBlock: 128 })],
      [{ line: 3, reason: 'geometry-contradicts-model', sectorBytes: 2048, pagesPerBlock: 128 }],
    ],
    [
      'when a range ends beyond the flash',
      [...BOOT, erase(3, 131_008, 128)],
      [{ line: 3, reason: 'beyond-storage', endSector: 131_136, totalSectors: 131_072 }],
    ],
    [
      'when it writes what is named for calibration, wherever that lies',
      [...BOOT, erase(3, 13_184, 768, { label: 'fsg' })],
      [{ line: 3, reason: 'touches-calibration', label: 'fsg' }],
    ],
    ['when a range is empty', [...BOOT, erase(3, 13_184, 0)], [{ line: 3, reason: 'empty-range' }]],
    [
      'when an erase begins within a block',
      [...BOOT, erase(3, 13_185, 64)],
      [{ line: 3, reason: 'not-on-block-boundary', startSector: 13_185, sectorCount: 64 }],
    ],
    [
      'when an erase ends within a block',
      [...BOOT, erase(3, 13_184, 65)],
      [{ line: 3, reason: 'not-on-block-boundary', startSector: 13_184, sectorCount: 65 }],
    ],
    [
      'when a range is of another physical partition',
      [...BOOT, erase(3, 13_184, 768, { physicalPartition: 1 })],
      [{ line: 3, reason: 'wrong-physical-partition', physicalPartition: 1 }],
    ],
    [
      'when erases overlap',
      [...BOOT, erase(3, 13_184, 768), erase(4, 13_888, 64)],
      [{ line: 4, reason: 'overlap', otherLine: 3 }],
    ],
    [
      'when programs overlap',
      [
        ...BOOT,
        erase(3, 13_184, 768),
        program(4, 13_184, 768, '..\\tz.mbn'),
        program(5, 13_700, 100, '..\\rpm.mbn'),
      ],
      [
        { line: 5, reason: 'overlap', otherLine: 4 },
        { line: 5, reason: 'erase-shared-by-programs', otherLine: 4 },
      ],
    ],
    [
      'when a program is not erased before',
      [...BOOT, program(3, 13_184, 768, '..\\tz.mbn')],
      [{ line: 3, reason: 'program-without-erase', startSector: 13_184 }],
    ],
    [
      'when a program is erased in part',
      [...BOOT, erase(3, 13_184, 704), program(4, 13_184, 768, '..\\tz.mbn')],
      [{ line: 4, reason: 'program-without-erase', startSector: 13_184 }],
    ],
    [
      'when two programs share an erase: repeating one would take the other with it',
      [
        ...BOOT,
        erase(3, 13_184, 1344),
        program(4, 13_184, 768, '..\\tz.mbn'),
        program(5, 13_952, 576, '..\\rpm.mbn'),
      ],
      [{ line: 5, reason: 'erase-shared-by-programs', otherLine: 4 }],
    ],
    [
      'when a file lies outside the package',
      [erase(1, 0, 640), program(2, 0, 640, '..\\..\\..\\etc\\passwd')],
      [{ line: 2, reason: 'path-leaves-package', filename: '..\\..\\..\\etc\\passwd' }],
    ],
    [
      'when a file is missing',
      [erase(1, 0, 640), program(2, 0, 640, 'sbl1.mbn')],
      [{ line: 2, reason: 'file-missing', path: 'update/firehose/sbl1.mbn' }],
    ],
    [
      'when a file is empty',
      [erase(1, 0, 640), program(2, 0, 640, '..\\empty.mbn')],
      [{ line: 2, reason: 'file-empty', path: 'update/empty.mbn' }],
    ],
    [
      'when a file is larger than its partition',
      [erase(1, 0, 640), program(2, 0, 640, '..\\too-large.mbn')],
      [
        {
          line: 2,
          reason: 'file-larger-than-partition',
          path: 'update/too-large.mbn',
          fileBytes: 1_310_721,
          partitionBytes: 1_310_720,
        },
      ],
    ],
    [
      'when the boot partition is not erased',
      [erase(1, 640, 640), program(2, 640, 640, '..\\sbl1.mbn')],
      [{ line: 1, reason: 'boot-partition-missing', startSector: 0 }],
    ],
    [
      'when the boot partition is erased and not written',
      [erase(1, 0, 640)],
      [{ line: 1, reason: 'boot-partition-missing', startSector: 0 }],
    ],
    ['when there is nothing to do', [], [{ line: 1, reason: 'boot-partition-missing', startSector: 0 }]],
  ];

  it.each(cases)('%s', (_, commands, failures) => {
    expect(failuresOf(commands)).toEqual(failures);
  });

  it('for every reason that there is', () => {
    const reasons: Readonly<Record<PlanFailure['reason'], boolean>> = {
      'touches-protected-range': true,
      'geometry-contradicts-model': true,
      'beyond-storage': true,
      'empty-range': true,
      'not-on-block-boundary': true,
      'wrong-physical-partition': true,
      overlap: true,
      'program-without-erase': true,
      'erase-shared-by-programs': true,
      'path-leaves-package': true,
      'file-missing': true,
      'file-empty': true,
      'file-larger-than-partition': true,
      'boot-partition-missing': true,
      'touches-calibration': true,
      // Only files for a disk say them: flash-plan-disk.test.ts.
      'label-contradicts-model': false,
      'patch-outside-programs': false,
      'patch-of-another-geometry': false,
    };
    const ofNand = Object.entries(reasons).flatMap(([reason, isShown]) => (isShown ? [reason] : []));
    const shown = new Set(cases.flatMap(([, , failures]) => failures.map(({ reason }) => reason)));
    expect([...shown].toSorted()).toEqual(ofNand.toSorted());
  });

  it('with all its faults at once, so that a publisher mends them in one go', () => {
    const reasons = failuresOf([erase(1, 1280, 65), program(2, 0, 640, '..\\none.mbn')]).map(
      ({ reason }) => reason,
    );
    expect(reasons).toEqual([
      'touches-protected-range',
      'not-on-block-boundary',
      'boot-partition-missing',
      'file-missing',
    ]);
  });
});
