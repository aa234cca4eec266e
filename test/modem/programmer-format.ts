/**
 * The programmer (`prog_nand_firehose_9x07.mbn`) of the simulated world: an ELF32 ARM file of the real one's shape
 * (edl 1b: 0x34 header, 3 program headers, hash segment, ~128 KB) with a simulated signature.
 *
 * Segment 0 is the ELF header with its program headers, 1 the hash segment, 2 the code. The hash segment has a
 * 40-byte header, a SHA-256 of each segment (zeros for itself), a 256-byte signature and a 64-byte certificate. The
 * signature is SHA-256 over chip and signed bytes with a public "key": it proves nothing but that nobody changed them.
 */
import { createHash } from 'node:crypto';
import { deterministicBytes } from './deterministic-bytes.ts';
import { PROGRAMMER_MAX_BYTES, PROGRAMMER_PROGRAM_HEADERS_MAX_COUNT } from './limits.ts';
import { SAHARA_STATUS } from './sahara-packets.ts';

export const ELF_HEADER_BYTES = 0x34;
const PROGRAM_HEADER_BYTES = 0x20;
const SEGMENT_COUNT = 3;
const HEADERS_BYTES = ELF_HEADER_BYTES + SEGMENT_COUNT * PROGRAM_HEADER_BYTES;
const HASH_HEADER_BYTES = 40;
const SIGNATURE_BYTES = 256;
const CERTIFICATE_BYTES = 64;
const HASH_SEGMENT_BYTES = HASH_HEADER_BYTES + SEGMENT_COUNT * 32 + SIGNATURE_BYTES + CERTIFICATE_BYTES;
const CODE_OFFSET = HEADERS_BYTES + HASH_SEGMENT_BYTES;
const ARM = 40;
const SEGMENT_TYPE_MASK = 0x07000000;
const FLAGS_HEADERS = 0x07000000;
const FLAGS_HASH = 0x02200000;
const FLAGS_CODE = 0x80000007;

export type Segment = { readonly offset: number; readonly bytes: number; readonly flags: number };
export type SaharaStatus = (typeof SAHARA_STATUS)[keyof typeof SAHARA_STATUS];

/** A programmer that a module with this chip accepts. The real 9x07 one has 128,376 bytes. */
export function buildProgrammer(options: { readonly chip: string; readonly sizeBytes?: number }): Uint8Array {
  const { chip, sizeBytes = 128_376 } = options;
  if (!(sizeBytes > CODE_OFFSET && sizeBytes <= PROGRAMMER_MAX_BYTES)) {
    throw new Error(`a programmer has more than ${CODE_OFFSET} and at most ${PROGRAMMER_MAX_BYTES} bytes`);
  }
  const file = Buffer.alloc(sizeBytes);
  writeElfHeader(file);
  const segments: Segment[] = [
    { offset: 0, bytes: HEADERS_BYTES, flags: FLAGS_HEADERS },
    { offset: HEADERS_BYTES, bytes: HASH_SEGMENT_BYTES, flags: FLAGS_HASH },
    { offset: CODE_OFFSET, bytes: sizeBytes - CODE_OFFSET, flags: FLAGS_CODE },
  ];
  segments.forEach((segment, index) => {
    writeProgramHeader(file, index, segment);
  });
  file.set(deterministicBytes(`programmer for ${chip}`, sizeBytes - CODE_OFFSET), CODE_OFFSET);
  writeHashSegment(file.subarray(HEADERS_BYTES, CODE_OFFSET), chip, [
    sha256(file.subarray(0, HEADERS_BYTES)),
    Buffer.alloc(32),
    sha256(file.subarray(CODE_OFFSET)),
  ]);
  return file;
}

/** Where the program headers stand, or the status the boot ROM ends the transfer with. */
export function readElfHeader(header: Uint8Array): { offset: number; bytes: number } | SaharaStatus {
  const elf = Buffer.from(header);
  const isElf32Arm =
    elf.toString('latin1', 0, 6) === '\x7fELF\x01\x01' &&
    elf.readUInt16LE(18) === ARM &&
    elf.readUInt16LE(42) === PROGRAM_HEADER_BYTES;
  if (!isElf32Arm) return SAHARA_STATUS.invalidElfHeader;
  const count = elf.readUInt16LE(44);
  if (count < 2 || count > PROGRAMMER_PROGRAM_HEADERS_MAX_COUNT)
    return SAHARA_STATUS.unsupportedProgramHeaders;
  return { offset: elf.readUInt32LE(28), bytes: count * PROGRAM_HEADER_BYTES };
}

export type SegmentTable = {
  readonly hash: Segment;
  readonly hashIndex: number;
  readonly all: readonly Segment[];
};

/** The segments by the program headers, or the status the boot ROM ends the transfer with. */
export function readProgramHeaders(programHeaders: Uint8Array): SegmentTable | SaharaStatus {
  const table = Buffer.from(programHeaders);
  const all = Array.from({ length: table.length / PROGRAM_HEADER_BYTES }, (_, index): Segment => {
    const at = index * PROGRAM_HEADER_BYTES;
    return {
      offset: table.readUInt32LE(at + 4),
      bytes: table.readUInt32LE(at + 16),
      flags: table.readUInt32LE(at + 24),
    };
  });
  const hashIndex = all.findIndex((segment) => (segment.flags & SEGMENT_TYPE_MASK) === 0x02000000);
  const hash = all[hashIndex];
  if (hash === undefined) return SAHARA_STATUS.unsupportedProgramHeaders;
  const totalBytes = all.reduce((sum, segment) => sum + segment.bytes, 0);
  const isPlausible = all.every((segment) => segment.bytes > 0) && totalBytes <= PROGRAMMER_MAX_BYTES;
  return isPlausible ? { hash, hashIndex, all } : SAHARA_STATUS.invalidImageSize;
}

/** The segments' hashes out of a hash segment that is signed for this chip. */
export function readHashSegment(
  hashSegment: Uint8Array,
  options: { readonly chip: string; readonly segmentCount: number },
): readonly Uint8Array[] | SaharaStatus {
  const signedBytes = HASH_HEADER_BYTES + options.segmentCount * 32;
  const expectedBytes = signedBytes + SIGNATURE_BYTES + CERTIFICATE_BYTES;
  if (hashSegment.length !== expectedBytes) return SAHARA_STATUS.hashTableAuthenticationFailure;
  const expected = hashSegmentTail(hashSegment.subarray(0, signedBytes), options.chip);
  if (!expected.equals(hashSegment.subarray(signedBytes)))
    return SAHARA_STATUS.hashTableAuthenticationFailure;
  return Array.from({ length: options.segmentCount }, (_, index) => {
    const at = HASH_HEADER_BYTES + index * 32;
    return hashSegment.slice(at, at + 32);
  });
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Signature and certificate for the signed bytes. */
function hashSegmentTail(signed: Uint8Array, chip: string): Buffer {
  const seed = createHash('sha256').update(`simulated root of trust of ${chip}`).update(signed).digest('hex');
  const certificate = Buffer.alloc(CERTIFICATE_BYTES);
  certificate.write(`SIMULATED CERTIFICATE, chip ${chip}`, 'latin1');
  return Buffer.concat([deterministicBytes(seed, SIGNATURE_BYTES), certificate]);
}

function writeElfHeader(file: Buffer): void {
  file.write('\x7fELF\x01\x01\x01', 0, 'latin1');
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(ARM, 18);
  file.writeUInt32LE(1, 20); // ELF version
  file.writeUInt32LE(0x0804_0000, 24); // entry point
  file.writeUInt32LE(ELF_HEADER_BYTES, 28); // program headers follow
  file.writeUInt16LE(ELF_HEADER_BYTES, 40);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 42);
  file.writeUInt16LE(SEGMENT_COUNT, 44);
}

function writeProgramHeader(file: Buffer, index: number, segment: Segment): void {
  const at = ELF_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
  file.writeUInt32LE(segment.flags === FLAGS_CODE ? 1 : 0, at); // PT_LOAD, PT_NULL
  file.writeUInt32LE(segment.offset, at + 4);
  file.writeUInt32LE(segment.bytes, at + 16);
  file.writeUInt32LE(segment.bytes, at + 20);
  file.writeUInt32LE(segment.flags, at + 24);
}

function writeHashSegment(segment: Buffer, chip: string, hashes: readonly Buffer[]): void {
  const signedBytes = HASH_HEADER_BYTES + hashes.length * 32;
  segment.writeUInt32LE(3, 0); // image id of a hash segment
  segment.writeUInt32LE(3, 4); // header version
  segment.writeUInt32LE(segment.length - HASH_HEADER_BYTES, 16);
  segment.writeUInt32LE(hashes.length * 32, 20);
  segment.writeUInt32LE(SIGNATURE_BYTES, 28);
  segment.writeUInt32LE(CERTIFICATE_BYTES, 36);
  Buffer.concat(hashes).copy(segment, HASH_HEADER_BYTES);
  hashSegmentTail(segment.subarray(0, signedBytes), chip).copy(segment, signedBytes);
}
