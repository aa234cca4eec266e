import { describe, expect, it } from 'vitest';
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import type { Gpt } from '../../shared/gpt.ts';
import { clearSectors } from './clear.ts';
import { judgeOwnTable, readOwnTable } from './own-partitions.ts';
import { ACK, commandsOf, NAK, programmer, RAW, RAW_END, rawOf } from './scripted-programmer.ts';
import type { BlockStorage } from './storage.ts';

const storage: BlockStorage = { type: 'emmc', sectorBytes: 512, totalSectors: 7_634_944 };
const MODEMST1 = { name: 'modemst1', startSector: 1000, sectorCount: 4096 };
const program = (startSector: number, sectorCount: number): PlannedProgram => ({
  line: 1,
  path: 'tz.mbn',
  sizeBytes: 1,
  startSector,
  sectorCount,
  window: null,
});

describe("a disk's own table", () => {
  it('is read from its first 34 sectors, and is none where there are zeros', async () => {
    const { link, pipe } = programmer({ read: [RAW, new Uint8Array(34 * 512), RAW_END] });
    expect(await readOwnTable(link, storage)).toEqual({ ok: true, value: null });
    expect(commandsOf(pipe)).toEqual([
      'read SECTOR_SIZE_IN_BYTES="512" num_partition_sectors="34" physical_partition_number="0" start_sector="0"',
    ]);
  });

  it('that cannot be read ends it', async () => {
    const { link } = programmer({ read: [NAK] });
    expect(await readOwnTable(link, storage)).toMatchObject({ failure: { reason: 'programmer-refused' } });
  });

  const gpt = (...partitions: Gpt['partitions']): Gpt => ({ partitions, isIntact: true });
  const plan = (...programs: readonly PlannedProgram[]) => ({
    protectedRanges: [MODEMST1],
    programs,
    erases: [],
  });

  it.each([
    ['agrees', gpt(MODEMST1), plan(program(0, 34)), { ok: true }],
    ['names nothing of it', gpt(), plan(program(0, 34)), { ok: true }],
    [
      'has calibration elsewhere',
      gpt({ ...MODEMST1, startSector: 2000 }),
      plan(),
      {
        failure: {
          reason: 'modem-partitions-differ',
          partition: 'modemst1',
          wantedSector: 1000,
          foundSector: 2000,
        },
      },
    ],
    [
      'has calibration that the catalogue does not know where something is to be written',
      gpt(MODEMST1, { name: 'fsg', startSector: 6000, sectorCount: 10 }),
      plan(program(5990, 11)),
      { failure: { reason: 'protected-range', range: 'fsg', startSector: 6000 } },
    ],
  ])('is judged where it %s', (_, own, planned, end) => {
    expect(judgeOwnTable(own, planned)).toMatchObject(end);
  });
});

describe('sectors of a disk', () => {
  it('are cleared by writing zeros over them and over nothing else', async () => {
    const { link, pipe } = programmer(
      { program: [RAW] },
      { raw: (received) => (received === 3 * 512 ? [RAW_END] : []) },
    );
    const options = {
      flash: { storage, protectedRanges: [MODEMST1] },
      payloadBytes: 1024,
      onProgress: () => {},
    };
    expect(await clearSectors(link, program(64, 3), options)).toMatchObject({ ok: true });
    expect(commandsOf(pipe)).toEqual([
      'program SECTOR_SIZE_IN_BYTES="512" num_partition_sectors="3" physical_partition_number="0" start_sector="64"',
    ]);
    expect(rawOf(pipe)).toEqual(new Uint8Array(3 * 512));
    expect(await clearSectors(programmer({ program: [ACK] }).link, program(1000, 1), options)).toMatchObject({
      failure: { reason: 'protected-range' },
    });
  });
});
