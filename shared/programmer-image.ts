/**
 * Is this file a programmer at all? A boot ROM takes ELF and the older MBN images; anything else ends the Sahara
 * session, and the modem then has to be reset. So it is judged before the modem is touched. Signatures are not
 * judged here: only the boot ROM can.
 */

/** Bytes from the start of a file that decide: an ELF header and PROGRAM_HEADERS_MAX program headers. */
export const PROGRAMMER_HEAD_BYTES = 16 * 1024;
const PROGRAM_HEADERS_MAX = 128;

const ELF_MAGIC = 0x464c457f;
const MACHINES = new Set([40, 183]);
/** Where the fields of a program header stand: ELF32 and ELF64 (System V ABI, chapter 5). */
const SHAPES = {
  1: { headerBytes: 52, tableAt: 28, entryAt: 42, countAt: 44, entryBytes: 32, offsetAt: 4, sizeAt: 16 },
  2: { headerBytes: 64, tableAt: 32, entryAt: 54, countAt: 56, entryBytes: 56, offsetAt: 8, sizeAt: 32 },
} as const;

const MBN_LONG_CODEWORD = 0x844bdcd1;
const MBN_LONG_MAGIC = 0x73d71034;
const MBN_SHORT = { headerBytes: 40, sizesAt: 16 } as const;
const MBN_LONG = { headerBytes: 80, sizesAt: 28 } as const;
const MBN_VERSION = 3;

export type ProgrammerDefect = 'not-elf-or-mbn' | 'not-for-arm' | 'cut-off' | 'header-contradicts-itself';

/** What is wrong with a programmer of `sizeBytes` that begins with `head`; null where nothing is. */
export function judgeProgrammerImage(head: Uint8Array, sizeBytes: number): ProgrammerDefect | null {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length >= 4 && view.getUint32(0, true) === ELF_MAGIC) return judgeElf(view, sizeBytes);
  return judgeMbn(view, sizeBytes);
}

function judgeElf(view: DataView, sizeBytes: number): ProgrammerDefect | null {
  if (view.byteLength < SHAPES[1].headerBytes) return 'cut-off';
  const elfClass = view.getUint8(4);
  const isLittleEndian = view.getUint8(5) === 1;
  if ((elfClass !== 1 && elfClass !== 2) || !isLittleEndian) return 'not-elf-or-mbn';
  const shape = SHAPES[elfClass];
  if (view.byteLength < shape.headerBytes) return 'cut-off';
  if (!MACHINES.has(view.getUint16(18, true))) return 'not-for-arm';
  const word = (offset: number) =>
    elfClass === 1 ? view.getUint32(offset, true) : Number(view.getBigUint64(offset, true));

  const table = word(shape.tableAt);
  const count = view.getUint16(shape.countAt, true);
  if (view.getUint16(shape.entryAt, true) !== shape.entryBytes) return 'header-contradicts-itself';
  if (count === 0 || count > PROGRAM_HEADERS_MAX) return 'header-contradicts-itself';
  if (table + count * shape.entryBytes > sizeBytes) return 'cut-off';
  // A table further back than the head is no programmer's: boot ROMs ask for it right after the header (edl 1b).
  if (table + count * shape.entryBytes > view.byteLength) return 'header-contradicts-itself';
  for (let i = 0; i < count; i++) {
    const entry = table + i * shape.entryBytes;
    if (word(entry + shape.offsetAt) + word(entry + shape.sizeAt) > sizeBytes) return 'cut-off';
  }
  return null;
}

/** An MBN header names the sizes of code, signature and certificates, whose sum is the image's. */
function judgeMbn(view: DataView, sizeBytes: number): ProgrammerDefect | null {
  if (view.byteLength < MBN_LONG.headerBytes) return 'not-elf-or-mbn';
  const u32 = (offset: number) => view.getUint32(offset, true);
  const isLong = u32(0) === MBN_LONG_CODEWORD && u32(4) === MBN_LONG_MAGIC;
  if (!isLong && u32(4) !== MBN_VERSION) return 'not-elf-or-mbn';
  const { headerBytes, sizesAt } = isLong ? MBN_LONG : MBN_SHORT;
  const image = u32(sizesAt);
  const sum = u32(sizesAt + 4) + u32(sizesAt + 12) + u32(sizesAt + 20);
  if (image === 0 || image !== sum) return isLong ? 'header-contradicts-itself' : 'not-elf-or-mbn';
  return headerBytes + image > sizeBytes ? 'cut-off' : null;
}
