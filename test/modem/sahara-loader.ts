/**
 * How the boot ROM loads a programmer: what it asks for next, and what it says of what came (edl 1b "Read pattern"):
 * ELF header, program headers, hash segment, then the rest in pieces that are neither in order nor of one size.
 */
import {
  ELF_HEADER_BYTES,
  readElfHeader,
  readHashSegment,
  readProgramHeaders,
  type SaharaStatus,
  sha256,
} from './programmer-format.ts';
import { SAHARA_STATUS } from './sahara-packets.ts';

export type ReadRequest = { readonly offset: number; readonly bytes: number };

/** A generator that yields what it wants to read, is resumed with the bytes, and returns its verdict. */
export type Loading = Generator<ReadRequest, SaharaStatus, Uint8Array>;

const PIECE_BYTES = 0x1000;
/** Every seventh piece is shorter, as seen in a log. */
const SHORT_PIECE_BYTES = 0x9d0;
const SHORT_PIECE_EVERY = 7;

export function* loadProgrammer(options: {
  readonly chip: string;
  /** This module takes no programmer's signature (fault `rejected-programmer`). */
  readonly rejectsAll: boolean;
}): Loading {
  const elfHeader = yield { offset: 0, bytes: ELF_HEADER_BYTES };
  const programHeadersAt = readElfHeader(elfHeader);
  if (typeof programHeadersAt === 'number') return programHeadersAt;
  const programHeaders = yield programHeadersAt;
  const segments = readProgramHeaders(programHeaders);
  if (typeof segments === 'number') return segments;
  const hashSegment = yield segments.hash;
  if (options.rejectsAll) return SAHARA_STATUS.hashTableAuthenticationFailure;
  const hashes = readHashSegment(hashSegment, { chip: options.chip, segmentCount: segments.all.length });
  if (typeof hashes === 'number') return hashes;

  for (const [index, segment] of segments.all.entries()) {
    if (index === segments.hashIndex) continue;
    const isHeaders = segment.offset === 0;
    const content = isHeaders ? Buffer.concat([elfHeader, programHeaders]) : yield* readPieces(segment);
    if (!sha256(content).equals(hashes[index] ?? new Uint8Array(0)))
      return SAHARA_STATUS.hashVerificationFailure;
  }
  return SAHARA_STATUS.success;
}

/** The segment, read in pieces: those at even positions first, from the back the others. */
function* readPieces(segment: ReadRequest): Generator<ReadRequest, Uint8Array, Uint8Array> {
  const pieces = cutIntoPieces(segment);
  const order = [
    ...pieces.filter((_, index) => index % 2 === 0),
    ...pieces.filter((_, index) => index % 2 === 1).reverse(),
  ];
  const content = new Uint8Array(segment.bytes);
  for (const piece of order) content.set(yield piece, piece.offset - segment.offset);
  return content;
}

function cutIntoPieces(segment: ReadRequest): ReadRequest[] {
  const pieces: ReadRequest[] = [];
  const end = segment.offset + segment.bytes;
  for (let offset = segment.offset; offset < end; ) {
    const isShort = pieces.length % SHORT_PIECE_EVERY === SHORT_PIECE_EVERY - 1;
    const bytes = Math.min(isShort ? SHORT_PIECE_BYTES : PIECE_BYTES, end - offset);
    pieces.push({ offset, bytes });
    offset += bytes;
  }
  return pieces;
}
