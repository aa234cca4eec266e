/** Every failure in words: what happened, to what, what state things are in, what to do. */
import { assertNever } from '../shared/result.ts';
import type { RepoFailure } from './failure.ts';
import type { PublishStep } from './publish/step.ts';
import { shortId } from './signing/describe.ts';

/** What to tell the operator; `step` says how far a publication had got. */
export function sentenceOf(failure: RepoFailure): string {
  return 'step' in failure ? `${says(failure)} ${standsAfter(failure.step)}` : says(failure);
}

function standsAfter(step: PublishStep): string {
  switch (step) {
    case 'linting':
    case 'reading-repository':
    case 'cutting':
      return 'Nothing of the package was uploaded.';
    case 'uploading':
      return 'Chunks and files that arrived stay in the repository and nothing of the release is visible; the same command goes on from there.';
    case 'signing':
      return 'All files are in the repository. Unless an answer was lost on its way, the release is not visible yet; the same command goes on from there.';
    case 'rolling-out':
      return 'The release is published and no device is offered it yet; the same command goes on from there.';
  }
}

function says(failure: RepoFailure): string {
  switch (failure.reason) {
    case 'package-not-found':
      return `There is no package at ${failure.path}.`;
    case 'package-unreadable':
      return `The package cannot be read at ${failure.path}: ${failure.why}.`;
    case 'package-entry-refused':
      return `The package holds ${failure.path}, which is refused (${failure.why.replaceAll('-', ' ')}). Remove or rename it.`;
    case 'package-too-many-files':
      return `The package holds more than ${failure.maxFiles} files. Is it the right directory?`;
    case 'package-too-large':
      return `The package holds ${failure.sizeBytes} bytes; at most ${failure.maxBytes} are taken.`;
    case 'package-empty':
      return `There are no files in ${failure.path}.`;
    case 'package-changed-while-read':
      return `The package changed or broke while it was read (${failure.why}). Let nothing write to it and try again.`;
    case 'package-too-many-chunks':
      return `The package would be cut into more than ${failure.maxChunks} chunks.`;
    case 'chunk-store-unwritable':
      return `The chunks cannot be kept in the temporary directory: ${failure.why}. Make room, or set TMPDIR.`;
    case 'package-defective':
      return `The package has ${failure.findings.filter(({ severity }) => severity === 'error').length} errors and is not published.`;
    case 'lint-found-errors':
      return `The package has ${failure.count} errors and must not be published.`;
    case 'targets-key-not-trusted':
      return failure.keyIds.length === 0
        ? 'No targets key that the root names lies in the key directory. Where it is elsewhere, use --sign-request.'
        : `The newest root does not name the targets key ${failure.keyIds.map(shortId).join(', ')}. Is this the key directory of this repository?`;
    case 'targets-signatures-lacking':
      return `${failure.lacking} more signatures of ${failure.unsigned.map(shortId).join(', ')} are needed. Use --sign-request and take the file to those keys.`;
    case 'release-exists-with-other-content':
      return `${failure.version} is published already with other content (${failure.members.join(', ')}). A version never changes: give the new content a version of its own, or leave out what differs.`;
    case 'family-file-invalid':
      return `The catalogue file ${failure.file} is invalid in line ${failure.line}: ${failure.why}. "catalogue check" names all that is wrong with it.`;
    case 'catalogue-defective':
      return `The catalogue has ${failure.count} errors.`;
    case 'family-not-in-catalogue':
      return `There is no ${failure.file} in the catalogue in ${failure.directory}. Write it as quectel/ec25.yaml.`;
    case 'model-in-catalogue':
      return `${failure.model} stands in ${failure.place} already. Nothing was written; add to it what you know.`;
    case 'catalogue-unreadable':
      return `The catalogue in ${failure.directory} cannot be read: ${failure.why}.`;
    case 'model-unknown':
      return `The catalogue does not know ${failure.model}. Known of this vendor: ${failure.known.join(', ') || 'none'}.`;
    case 'model-incomplete':
      return `${failure.model} cannot be published, because too little is known of it: ${failure.missing.join(' ')}`;
    case 'keys-exist':
      return `${failure.path} is there already and is never overwritten. Choose another place.`;
    case 'keys-unwritable':
      return `The keys could not be written to ${failure.path}: ${failure.why}. Nothing was left behind.`;
    case 'key-directory-incomplete':
      return `${failure.path} has no usable ${failure.file}. Was it made by "cistern-repo keys init"?`;
    case 'key-file-unreadable':
      return `The key file ${failure.path} cannot be used: ${failure.why}.`;
    case 'key-not-in-role':
      return `No role of the root has a key ${failure.key}. Its keys: ${failure.held.map(shortId).join(', ')}.`;
    case 'key-in-role-already':
      return `The role has the key ${shortId(failure.keyId)} already.`;
    case 'key-ambiguous':
      return `${failure.key} may mean ${failure.candidates.map(shortId).join(', ')}. Say which with --key.`;
    case 'online-key-not-revocable':
      return `${shortId(failure.keyId)} is a key of the Worker, which needs one. Use "keys rotate-online".`;
    case 'threshold-out-of-reach':
      return `${failure.role} would need ${failure.threshold} signatures and have ${failure.keyCount} keys. Nothing was changed: add keys or lower the threshold first.`;
    case 'too-many-keys':
      return `${failure.role} has ${failure.maxKeys} keys, which is all it may have.`;
    case 'signing-request-unreadable':
      return `The signing request ${failure.path} cannot be used: ${failure.why}.`;
    case 'key-not-asked-for':
      return `The key ${shortId(failure.keyId)} is not one that this request asks for (${failure.wanted.map(shortId).join(', ')}). Nothing was signed.`;
    case 'requests-differ':
      return 'The files are signatures of different things, or of another request than the one that waits. Nothing was taken over.';
    case 'request-distrusted':
      return `The signing request is not to be trusted: ${failure.why}. Nothing was signed. Ask who made it, by another way than it came.`;
    case 'offer-not-given':
      return 'Nothing to set was given: --percentage, --channel or --starts-at.';
    case 'root-not-given':
      return `What the request would change cannot be judged without a root of trust${failure.directory === null ? '' : `, and none lies in ${failure.directory}`}. Nothing was signed. Give the root you keep with --root FILE, or lay it beside the key as 1.root.json; take it from the key ceremony or from a device, not from who sent the request.`;
    case 'no-root-pending':
      return `No next root waits in ${failure.path}. Make one with "keys add", "revoke", "rotate", "threshold" or "renew".`;
    case 'file-unwritable':
      return `${failure.path} cannot be written: ${failure.why}.`;
    case 'passphrase-needed':
      return `${failure.path} is encrypted. Give its passphrase in CISTERN_PASSPHRASE or with --passphrase-file.`;
    case 'passphrase-wrong':
      return `${failure.path} does not open with this passphrase, or was altered.`;
    case 'passphrase-not-given':
      return 'No passphrase for the private keys: set CISTERN_PASSPHRASE, use --passphrase-file, or say --no-passphrase to keep them in plain text.';
    case 'passphrase-too-short':
      return `A passphrase of fewer than ${failure.minChars} characters does not protect a key. Nothing was written.`;
    case 'passphrase-too-long':
      return `The passphrase is longer than ${failure.maxChars} characters. Nothing was opened or written. For keys that were sealed with a longer one from a file, its first ${failure.maxChars} characters are the passphrase.`;
    case 'passphrases-differ':
      return 'The two passphrases differ. Nothing was written; try again.';
    case 'statement-invalid':
      return `What is said of the release cannot be published: ${failure.why}. Shorten it.`;
    case 'file-unreadable':
      return `${failure.path} cannot be read: ${failure.why}.`;
    case 'from-unreadable':
      return `"${failure.text}" names no versions. Write R06, R06A05, R06A05..R06A09 or R06A05.., each with :LINE for one customer line.`;
    case 'destination-not-given':
      return 'These are targets of a release. Say where they are published: --to and --token-file.';
    case 'token-not-given':
      return 'A Worker is written to with the operator token: --token-file.';
    case 'tokens-need-a-worker':
      return 'Tokens are of a Worker. A bucket or directory has none: who may write to it is for its owner to say.';
    case 'token-not-listed':
      return `The repository knows no token ${failure.id}. "tokens list" shows those it knows.`;
    case 'online-keys-not-given':
      return 'A bucket or directory has no Worker that signs. Give the online keys with --online-keys.';
    case 'online-keys-unreadable':
      return `The online keys in ${failure.path} cannot be used: ${failure.why}.`;
    case 'endpoint-unknown':
      return `The bucket cannot be addressed: ${failure.why}.`;
    case 'store-unreachable':
      return `${failure.store} cannot be reached: ${failure.why}. Check endpoint, bucket and network.`;
    case 'store-refused':
      return `${failure.store} refuses: ${failure.why}. Check that the bucket exists and that the keys may write to it.`;
    case 'object-too-large':
      return `${failure.store}/${failure.key} holds more than ${failure.maxBytes} bytes, which is refused.`;
    case 'publication-refused':
      return `The publication is refused (${failure.code}): ${failure.why}`;
    case 'models-not-listed':
      return `${failure.url} lists no models, and there is no list of a mirror either. Name them with --model.`;
    case 'no-models':
      return `${failure.where} lists no models, so nothing was verified. Is it the right place? Nobody vouches for the list: what must be there is asked for with --model.`;
    case 'chunk-missing-in-source':
      return `Chunk ${failure.id} is listed and not served (status ${failure.status}); the source is incomplete.`;
    case 'chunk-altered-in-source':
      return `Chunk ${failure.id} is not what its id says; the source is damaged. Nothing of it was copied.`;
    case 'index-unreadable':
      return `${failure.path} is signed and not a readable index.`;
    case 'carried-release-defective':
      return `${failure.version} is not what its own repository signed (${failure.why}). Ask for an export of a repository that "verify" finds whole.`;
    case 'store-unreadable':
      return `${failure.store}/${failure.key} is missing or not readable, so nobody knows what it needs. Nothing was removed; "verify" says what is wrong.`;
    case 'release-not-published':
      return `${failure.version} is not published. Published: ${failure.published.join(', ') || 'nothing'}.`;
    case 'export-unreadable':
      return `${failure.path} cannot be used: ${failure.why}. Was it made by "cistern-repo export"?`;
    case 'keys-not-given':
      return 'A server takes releases that are signed for it: give --keys. Without keys, a release goes into a mirror: a directory or a bucket.';
    case 'mirror-of-another-root':
      return `${failure.store} holds another root ${failure.version}: it is a mirror of another repository. Choose another place.`;
    case 'request-of-no-model':
      return 'The signing request names no model. It was altered.';
    case 'from-without-source':
      return 'Who says that the release may follow those versions? Add --from-source with the document or thread.';
    case 'repository-unreachable':
      return `${failure.url} cannot be reached: ${failure.why}. Check the address and that the repository runs.`;
    case 'answer-too-large':
      return `${failure.url} answers with more than ${failure.maxBytes} bytes, which is refused.`;
    case 'answer-unreadable':
      return `${failure.url} answers something that is not its API. Is the address that of a Cistern repository?`;
    case 'repository-refused':
      return `The repository refuses (${failure.status}${failure.code === null ? '' : `, ${failure.code}`}): ${failure.detail} [${failure.url}]`;
    case 'operator-token-refused':
      return `The repository refuses the operator token at ${failure.url}. It is wrong, expired or revoked.`;
    case 'model-not-published':
      return `${failure.model} has no releases in this repository yet.`;
    case 'metadata-missing':
      return `${failure.url} is not served (status ${failure.status}); the repository is incomplete.`;
    case 'metadata-unreadable':
      return 'The repository serves metadata that is not JSON.';
    case 'metadata-of-another-model':
      return `The repository serves metadata of ${failure.found} in place of ${failure.wanted}. Do not trust this mirror.`;
    case 'metadata-rejected':
      return `The repository's metadata does not verify: ${failure.why}.${/expired/i.test(failure.why) ? ' Sign it anew: "targets renew", or "online renew" where no Worker does.' : ''}`;
    case 'root-unusable':
      return `The root of trust given is not one: ${failure.why}.`;
    case 'rollout-unreadable':
      return `The rollout is signed and not readable: ${failure.why}.`;
    case 'manifest-unreadable':
      return `${failure.path} is signed and not readable: ${failure.why}.`;
    case 'target-not-listed':
      return `${failure.path} is not listed by the signed metadata.`;
    case 'target-missing':
      return `${failure.path} is listed and not served (status ${failure.status}).`;
    case 'target-altered':
      return `${failure.path} was altered: ${failure.why}.`;
    case 'release-not-in-rollout':
      return `${failure.version} is not in the rollout. In it: ${failure.listed.join(', ') || 'none'}.`;
    case 'rollout-recalled':
      return `${failure.version} was recalled (${failure.why}), which is final. Publish a new version instead.`;
    case 'repository-defective':
      return `The repository has ${failure.count} defects.`;
    default:
      return assertNever(failure);
  }
}
