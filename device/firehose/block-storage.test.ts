import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../shared/rawprogram.ts';
import { sendDiskPatches, setBootableStorageDrive } from './block-storage.ts';
import { ACK, commandsOf, log, NAK, programmer } from './scripted-programmer.ts';
import type { BlockStorage } from './storage.ts';
import { eraseSectors } from './write.ts';

const storage: BlockStorage = { type: 'emmc', sectorBytes: 512, totalSectors: 7_634_944 };
const flash = { storage, protectedRanges: [{ name: 'modemst1', startSector: 1000, sectorCount: 4096 }] };
const patch = (filename: string, startSector: string): Attributes => [
  ['SECTOR_SIZE_IN_BYTES', '512'],
  ['byte_offset', '40'],
  ['filename', filename],
  ['start_sector', startSector],
  ['value', 'NUM_DISK_SECTORS-34.'],
];
const send = async (patches: readonly Attributes[], answers = [ACK], functions = ['patch']) => {
  const { link, pipe } = programmer({ patch: answers });
  return { sent: await sendDiskPatches(link, patches, { functions }, flash), commands: commandsOf(pipe) };
};

describe('patches', () => {
  it('for the disk are sent verbatim and in order, those for files are not for the modem', async () => {
    const { sent, commands } = await send([
      patch('gpt_main0.bin', '2'),
      patch('DISK', '2'),
      patch('DISK', 'NUM_DISK_SECTORS-33.'),
    ]);
    expect(sent).toEqual({ ok: true, value: 2 });
    expect(commands).toEqual([
      'patch SECTOR_SIZE_IN_BYTES="512" byte_offset="40" filename="DISK" start_sector="2" value="NUM_DISK_SECTORS-34."',
      'patch SECTOR_SIZE_IN_BYTES="512" byte_offset="40" filename="DISK" start_sector="NUM_DISK_SECTORS-33." value="NUM_DISK_SECTORS-34."',
    ]);
  });

  it('need a programmer that knows them, where there are any', async () => {
    expect(await send([patch('DISK', '2')], [ACK], ['erase'])).toEqual({
      sent: { ok: false, failure: { reason: 'programmer-lacks-function', needed: 'patch' } },
      commands: [],
    });
    expect((await send([patch('x.bin', '2')], [ACK], ['erase'])).sent).toEqual({ ok: true, value: 0 });
    expect((await send([patch('DISK', '2')], [ACK], [])).sent).toEqual({ ok: true, value: 1 });
  });

  it.each([
    ['a protected range', '1000', { reason: 'protected-range', range: 'modemst1', startSector: 1000 }],
    ['a place nobody can judge', 'CRC32(0,512)', { reason: 'programmer-answer-unexpected' }],
    ['no place', '', { reason: 'programmer-answer-unexpected' }],
  ])('of %s are not sent', async (_, startSector, failure) => {
    const { sent, commands } = await send([patch('DISK', startSector)]);
    expect([sent, commands]).toMatchObject([{ ok: false, failure }, []]);
  });

  it('that are refused end it', async () => {
    const { sent, commands } = await send([patch('DISK', '2'), patch('DISK', '3')], [NAK, log('why')]);
    expect(sent).toMatchObject({ failure: { reason: 'programmer-refused', logs: ['why'] } });
    expect(commands).toHaveLength(1);
  });
});

describe('storage with sectors', () => {
  it('is told which drive to boot from', async () => {
    const { link, pipe } = programmer({ setbootablestoragedrive: [ACK] });
    expect((await setBootableStorageDrive(link, storage, 1)).ok).toBe(true);
    expect(commandsOf(pipe)).toEqual(['setbootablestoragedrive value="1"']);
  });

  it('is erased by the sector, with start and length, and never where it is protected', async () => {
    const { link, pipe } = programmer({ erase: [ACK] });
    const erase = (startSector: number) =>
      eraseSectors(link, { line: 1, startSector, sectorCount: 64 }, flash);
    expect((await erase(0)).ok).toBe(true);
    expect((await erase(5095)).ok).toBe(false);
    expect(commandsOf(pipe)).toEqual([
      'erase SECTOR_SIZE_IN_BYTES="512" num_partition_sectors="64" physical_partition_number="0" start_sector="0"',
    ]);
  });
});
