/** What the fleet and the counting Worker (test/edge/load/counting-worker.ts) say to each other. */
import type { KindCost } from './cost.ts';

/** Names what a request is for; costs are told by it. */
export const KIND_FIELD = 'x-load-kind';
/** The address a device has of its own. */
export const ADDRESS_FIELD = 'x-load-address';
/** Reports that the queue handed to the Worker, counted by the message. */
export const QUEUE_KIND = 'queue-message';

/** `GET /load/counts`. */
export type Counts = {
  readonly isolateId: string;
  readonly reportsStored: number;
  /** Size of D1, with its indexes. */
  readonly databaseBytes: number;
  readonly kinds: Readonly<Record<string, KindCost>>;
};
