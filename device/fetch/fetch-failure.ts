/**
 * Why a package could not be fetched. What arrived in a stage on a disk stays there, and the next run goes on from it;
 * in memory it stays where the line was to blame and memory is ample.
 */
import type { AddressRefusal } from '../http/http.ts';
import type { InterfaceFailure } from '../http/local-address.ts';
import type { StageFailure } from '../stage/stage-failure.ts';

export type FetchFailure =
  | StageFailure
  /** `code`: ECONNREFUSED, `timed-out`, `cut`, `wrong-range`: what the last attempt ended with. */
  | {
      readonly reason: 'repository-unreachable';
      readonly url: string;
      readonly code: string;
      readonly attempts: number;
    }
  | {
      readonly reason: 'repository-busy';
      readonly url: string;
      readonly status: number;
      readonly retryAfterMs: number | null;
      readonly attempts: number;
    }
  | {
      readonly reason: 'chunk-refused';
      readonly id: string;
      readonly url: string;
      readonly status: number;
    }
  | { readonly reason: 'chunk-too-large'; readonly id: string; readonly maxBytes: number }
  | {
      readonly reason: 'chunk-encoded';
      readonly id: string;
      readonly url: string;
      readonly encoding: string;
    }
  /** A page for people came with 200 instead of a chunk: a login page, mostly. */
  | { readonly reason: 'chunk-is-a-page'; readonly url: string }
  /** `fetchedBytes` in this run and in earlier ones for the same release. */
  | { readonly reason: 'byte-budget-spent'; readonly fetchedBytes: number; readonly budgetBytes: number }
  | { readonly reason: 'fetch-too-slow'; readonly fetchedBytes: number; readonly afterMs: number }
  | InterfaceFailure
  | { readonly reason: 'address-refused'; readonly url: string; readonly why: AddressRefusal };
