/** How a conversation with a Firehose programmer can fail. */
import type { TransferFailure } from '../transport/pipe.ts';

export type FirehoseFailure =
  | TransferFailure
  | { readonly reason: 'firehose-document-invalid'; readonly why: string }
  | { readonly reason: 'firehose-silent'; readonly command: string; readonly timeoutMs: number }
  | { readonly reason: 'firehose-too-talkative'; readonly command: string }
  | { readonly reason: 'programmer-refused'; readonly command: string; readonly logs: readonly string[] }
  | { readonly reason: 'programmer-answer-unexpected'; readonly command: string; readonly why: string }
  | { readonly reason: 'programmer-needs-signed-digests' }
  | { readonly reason: 'programmer-lacks-function'; readonly needed: string }
  | { readonly reason: 'wrong-geometry'; readonly wanted: string; readonly found: string }
  /** How large its flash is nobody could say, and nothing was erased yet. */
  | { readonly reason: 'storage-size-unknown'; readonly wanted: string }
  /** The modem's own partition table has calibration elsewhere than the catalogue. */
  | {
      readonly reason: 'modem-partitions-differ';
      readonly partition: string;
      readonly wantedSector: number;
      readonly foundSector: number;
    }
  /** A modem that ran its firmware and shows no partition table where its kind has one. */
  | { readonly reason: 'modem-table-not-found' }
  /** Programmed, patched, and still not whole: nothing would boot by it. */
  | { readonly reason: 'partition-table-not-intact' }
  /** The driver's own refusal: nothing was sent. */
  | { readonly reason: 'protected-range'; readonly range: string; readonly startSector: number }
  | {
      readonly reason: 'read-back-differs';
      readonly sector: number;
      /** Blocks that the programmer passed over in this session. */
      readonly badBlocks?: readonly number[];
    };
