/** Why a repository's answer is not believed, or could not be had. Nothing was changed on the device. */
import type { IndexFailure } from '../../shared/caibx.ts';
import type { Role } from '../../shared/trust/roles.ts';
import type { AddressRefusal } from '../http/http.ts';
import type { InterfaceFailure } from '../http/local-address.ts';

export type TrustFailure =
  /** `found` of `wanted` signatures of the role's keys are right, e.g. 0 of 1. */
  | {
      readonly reason: 'signature-wrong';
      readonly role: Role;
      readonly found: number;
      readonly wanted: number;
    }
  /** `expiredAt` as the metadata writes it (RFC 3339). */
  | { readonly reason: 'metadata-expired'; readonly role: Role; readonly expiredAt: string }
  /** Older than what this device has seen already. */
  | { readonly reason: 'metadata-rolled-back'; readonly role: Role; readonly detail: string }
  | {
      readonly reason: 'metadata-of-another-model';
      readonly role: Role;
      readonly wanted: string;
      readonly found: string;
    }
  /** Files that do not belong together: a hash, a length or a version that another file names differently. */
  | { readonly reason: 'metadata-mixed'; readonly role: Role; readonly detail: string }
  | { readonly reason: 'metadata-unreadable'; readonly role: Role; readonly detail: string }
  /** Neither the answer nor the device has it. */
  | { readonly reason: 'metadata-incomplete'; readonly file: string }
  | { readonly reason: 'pinned-root-wrong'; readonly detail: string }
  | { readonly reason: 'target-missing'; readonly path: string }
  | { readonly reason: 'target-hash-wrong'; readonly path: string }
  | {
      readonly reason: 'target-too-large';
      readonly path: string;
      readonly lengthBytes: number;
      readonly maxBytes: number;
    }
  /** A target that does not lie below its model, or has no plain name, or no SHA-256. */
  | { readonly reason: 'target-entry-wrong'; readonly path: string; readonly detail: string }
  /** `path` is the field, e.g. `files.3.sha256`; empty for the document itself. */
  | {
      readonly reason: 'manifest-invalid';
      readonly target: string;
      readonly path: string;
      readonly problem: string;
    }
  | {
      readonly reason: 'manifest-of-another-model';
      readonly target: string;
      readonly wanted: string;
      readonly found: string;
    }
  | {
      readonly reason: 'index-invalid';
      readonly target: string;
      readonly why: IndexFailure['why'] | 'contradicts-manifest';
    }
  | { readonly reason: 'unknown-model'; readonly model: string; readonly url: string }
  | { readonly reason: 'repository-unreachable'; readonly url: string; readonly code: string }
  | {
      readonly reason: 'repository-refused';
      readonly url: string;
      readonly status: number;
      /** The problem's own words (RFC 9457), where there are any. */
      readonly title: string | null;
      readonly detail: string | null;
    }
  | { readonly reason: 'answer-unreadable'; readonly url: string; readonly problem: string }
  | InterfaceFailure
  | { readonly reason: 'address-refused'; readonly url: string; readonly why: AddressRefusal }
  | {
      readonly reason: 'clock-in-the-past';
      readonly nowMs: number;
      /** The clock cannot be before this, because of what was built, or signed, then. */
      readonly notBeforeMs: number;
      readonly because: 'build' | 'signature';
    }
  | { readonly reason: 'state-unusable'; readonly directory: string; readonly code: string }
  | { readonly reason: 'interrupted' };
