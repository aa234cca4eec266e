/**
 * Every expected failure of `cistern-repo` in one closed union, and the one place that turns it into an exit code
 * (sysexits). What it says to people: `sentences.ts`.
 */

import type { SourceFailure } from '../shared/package/source.ts';
import type { ExportFailure } from './carry/export-release.ts';
import type { ImportReleaseFailure } from './carry/import-release.ts';
import type { UnpackFailure } from './carry/unpack-tree.ts';
import type { AddModelFailure } from './catalogue/add-model.ts';
import type { CatalogueFailure } from './catalogue/find-model.ts';
import type { ReferenceFailure } from './gc/references.ts';
import type { FindKeyFailure } from './keys/find-key.ts';
import type { KeyDirectoryFailure } from './keys/key-directory.ts';
import type { KeyFileFailure } from './keys/key-file.ts';
import type { NextRootFailure } from './keys/next-root.ts';
import type { PassphraseFailure } from './keys/passphrase.ts';
import type { OnlineKeysFailure } from './keys/read-online-keys.ts';
import type { MirrorFailure } from './mirror/mirror-model.ts';
import type { FromFailure } from './publish/installable-from.ts';
import type { OperatorFailure } from './publish/operator-client.ts';
import type { PublishFailure } from './publish/publish-release.ts';
import type { ManifestFailure } from './repository/read-manifest.ts';
import type { ModelListFailure } from './repository/repository-models.ts';
import type { VerificationFailure } from './repository/verified-model.ts';
import type { RolloutChangeFailure } from './rollout/edit-rollout.ts';
import type { RequestDistrusted } from './signing/judge-request.ts';
import type { LocationFailure } from './store/location.ts';
import type { ImportFailure } from './targets/import-targets.ts';
import type { RenewalFailure } from './targets/renew-targets.ts';

export type RepoFailure =
  | CatalogueFailure
  | AddModelFailure
  | KeyDirectoryFailure
  | KeyFileFailure
  | NextRootFailure
  | FindKeyFailure
  | RequestDistrusted
  | PassphraseFailure
  | SourceFailure
  | OperatorFailure
  | PublishFailure
  | RenewalFailure
  | ImportFailure
  | VerificationFailure
  | ManifestFailure
  | RolloutChangeFailure
  | FromFailure
  | { readonly reason: 'file-unreadable'; readonly path: string; readonly why: string }
  | { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string }
  | { readonly reason: 'from-without-source' }
  | { readonly reason: 'destination-not-given' }
  | { readonly reason: 'token-not-given' }
  | { readonly reason: 'tokens-need-a-worker' }
  | { readonly reason: 'token-not-listed'; readonly id: string }
  | { readonly reason: 'online-keys-not-given' }
  | OnlineKeysFailure
  | LocationFailure
  | ModelListFailure
  | MirrorFailure
  | ReferenceFailure
  | ExportFailure
  | UnpackFailure
  | ImportReleaseFailure
  | { readonly reason: 'keys-not-given' }
  | { readonly reason: 'no-models'; readonly where: string }
  | { readonly reason: 'offer-not-given' }
  | { readonly reason: 'root-not-given'; readonly directory: string | null }
  | { readonly reason: 'lint-found-errors'; readonly count: number }
  | { readonly reason: 'catalogue-defective'; readonly count: number }
  | { readonly reason: 'family-not-in-catalogue'; readonly file: string; readonly directory: string }
  | { readonly reason: 'repository-defective'; readonly count: number };

/** sysexits(3), as far as they are used. */
export const EXIT = {
  ok: 0,
  /** Wrong arguments. */
  usage: 64,
  /** Input is there and wrong: package, catalogue, metadata, signatures. */
  data: 65,
  /** Input is not there. */
  noInput: 66,
  /** The repository cannot be reached. */
  unavailable: 69,
  /** A defect of cistern-repo itself. */
  software: 70,
  /** A file cannot be made. */
  cantCreate: 73,
  /** Try again later. */
  temporary: 75,
  /** The repository answers what it must not. */
  protocol: 76,
  /** Token or passphrase refused. */
  noPermission: 77,
  interrupted: 130,
} as const;

export function exitCodeOf(failure: RepoFailure): number {
  switch (failure.reason) {
    case 'from-unreadable':
    case 'from-without-source':
    case 'destination-not-given':
    case 'token-not-given':
    case 'tokens-need-a-worker':
    case 'online-keys-not-given':
    case 'keys-not-given':
    case 'root-not-given':
    case 'offer-not-given':
    case 'endpoint-unknown':
    case 'key-ambiguous':
    case 'key-not-in-role':
    case 'key-in-role-already':
    case 'online-key-not-revocable':
    case 'threshold-out-of-reach':
    case 'too-many-keys':
    case 'passphrase-not-given':
    case 'passphrase-too-short':
    case 'passphrase-too-long':
    case 'passphrases-differ':
    case 'statement-invalid':
      return EXIT.usage;
    case 'package-not-found':
    case 'file-unreadable':
    case 'key-file-unreadable':
    case 'key-directory-incomplete':
    case 'signing-request-unreadable':
    case 'online-keys-unreadable':
    case 'no-models':
    case 'no-root-pending':
    case 'catalogue-unreadable':
    case 'family-not-in-catalogue':
      return EXIT.noInput;
    case 'repository-unreachable':
    case 'store-unreachable':
      return EXIT.unavailable;
    case 'store-refused':
      return EXIT.noPermission;
    case 'publication-refused':
      return isWorthAnotherRun(failure) ? EXIT.temporary : EXIT.data;
    case 'keys-exist':
    case 'keys-unwritable':
    case 'file-unwritable':
    case 'chunk-store-unwritable':
      return EXIT.cantCreate;
    case 'repository-refused':
      if (failure.status === 403) return EXIT.noPermission;
      return isWorthAnotherRun(failure) ? EXIT.temporary : EXIT.data;
    case 'answer-too-large':
    case 'answer-unreadable':
      return EXIT.protocol;
    case 'operator-token-refused':
    case 'passphrase-needed':
    case 'passphrase-wrong':
      return EXIT.noPermission;
    default:
      return EXIT.data;
  }
}

/** 409 and 412 of these two mean that somebody else was quicker: what they left is read anew by the next run. */
function isWorthAnotherRun({
  status = 0,
  code,
}: {
  readonly status?: number;
  readonly code: string | null;
}): boolean {
  const isRace = code === 'publication-raced' || code === 'precondition-failed';
  return isRace || status === 429 || status >= 500;
}
