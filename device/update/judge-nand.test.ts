import { describe, expect, it } from 'vitest';
import { commandsOf, programmer, RAW, RAW_END, STORAGE } from '../firehose/scripted-programmer.ts';
import { judgeNand } from './judge-nand.ts';

const ABSENT = new Uint8Array(4 * STORAGE.pageBytes).fill(0xee);
const EFS2 = { name: 'EFS2', startSector: 1280, sectorCount: 8704 };

/** A table of one partition, EFS2, that begins with this block. */
function tableWithEfs2At(block: number): Uint8Array {
  const bytes = new Uint8Array(4 * STORAGE.pageBytes);
  const table = new DataView(bytes.buffer);
  bytes.set([0xaa, 0x73, 0xee, 0x55, 0xdb, 0xbd, 0x5e, 0xe3]);
  bytes.set(new TextEncoder().encode('0:EFS2'), 16);
  table.setUint32(12, 1, true);
  table.setUint32(32, block, true);
  table.setUint32(36, 136, true);
  return bytes;
}

async function judge(
  pages: Uint8Array,
  attempt: Parameters<typeof judgeNand>[0]['journal']['attempt'],
  programs: Parameters<typeof judgeNand>[0]['plan']['programs'] = [],
) {
  const { link, pipe } = programmer({ read: () => [RAW, pages, RAW_END] });
  let isSaid = false;
  const plan = { storage: STORAGE, protectedRanges: [EFS2], erases: [], programs };
  const onTableAbsent = () => {
    isSaid = true;
  };
  const judged = await judgeNand({ plan, journal: { attempt }, onTableAbsent }, link);
  return { end: judged.ok ? 'goes on' : judged.failure.reason, isSaid, reads: commandsOf(pipe).length };
}

const RAN = { flashTouched: false, fromVersion: 'EC25EUGAR06A05M4G_01.003.01.003' };
const FOUND_IN_EDL = { flashTouched: false, fromVersion: null };

describe("a NAND modem's own table, before the first erase", () => {
  it.each([
    ['that agrees lets it go on', tableWithEfs2At(20), RAN, 'goes on', false],
    ['with calibration elsewhere ends it', tableWithEfs2At(21), RAN, 'modem-partitions-differ', false],
    [
      'with calibration elsewhere ends a rescue',
      tableWithEfs2At(21),
      FOUND_IN_EDL,
      'modem-partitions-differ',
      false,
    ],
    [
      'that is not there ends it where the modem ran its firmware',
      ABSENT,
      RAN,
      'modem-table-not-found',
      false,
    ],
    ['that is not there is only said where it was found in EDL', ABSENT, FOUND_IN_EDL, 'goes on', true],
  ])('%s', async (_, pages, attempt, end, isSaid) => {
    expect(await judge(pages, attempt)).toMatchObject({ end, isSaid });
  });

  it('is not asked once something was erased', async () => {
    expect(await judge(tableWithEfs2At(21), { ...RAN, flashTouched: true })).toEqual({
      end: 'goes on',
      isSaid: false,
      reads: 0,
    });
  });

  it('refuses what would be written where the modem itself has calibration', async () => {
    const window = { line: 1, startSector: 9920, sectorCount: 64 };
    const program = { ...window, path: 'x', sizeBytes: 1, window };
    expect((await judge(tableWithEfs2At(20), RAN, [program])).end).toBe('protected-range');
  });
});
