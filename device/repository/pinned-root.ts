/** The root of trust that came with the updater or its configuration. Everything else is verified from here. */
import { Metadata, MetadataKind } from '@tufjs/models';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { SHOWN_MAX_CHARS } from './limits.ts';
import { findRepeatedKey } from './repeated-key.ts';
import type { TrustFailure } from './trust-failure.ts';

export type PinnedRoot = { readonly text: string; readonly version: number };

/** Reads a root.json and checks that its own keys have signed it; an expired one still starts a chain (TUF 5.3). */
export function readPinnedRoot(text: string): Result<PinnedRoot, TrustFailure> {
  const refuse = (detail: string) => err({ reason: 'pinned-root-wrong', detail } as const);
  if (text.length > ROOT_MAX_BYTES) return refuse(`more than ${ROOT_MAX_BYTES} bytes`);
  const repeated = findRepeatedKey(text);
  if (repeated !== null) return refuse(`its ${repeated} role lists one key under two ids`);
  try {
    const root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(text));
    root.verifyDelegate(MetadataKind.Root, root);
    return ok({ text, version: root.signed.version });
  } catch (error) {
    // tuf-js and JSON.parse throw whatever a file that is not a root makes them throw.
    return refuse(String(error).slice(0, SHOWN_MAX_CHARS));
  }
}
