/** Where the passphrase of the offline keys comes from: a file, the environment, or the operator at the terminal. */
import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { PASSPHRASE_MAX_CHARS, PASSPHRASE_MIN_CHARS } from '../limits.ts';

export type PassphraseFailure =
  | { readonly reason: 'passphrase-not-given' }
  | { readonly reason: 'passphrase-too-short'; readonly minChars: number }
  | { readonly reason: 'passphrase-too-long'; readonly maxChars: number }
  | { readonly reason: 'passphrases-differ' }
  | { readonly reason: 'file-unreadable'; readonly path: string; readonly why: string };

export type PassphraseSources = {
  readonly file: string | undefined;
  readonly environment: string | undefined;
  /** Asks at the terminal; null where there is none. */
  readonly ask: (() => Promise<string>) | null;
};

/** The passphrase, or null where nobody gave one. One that is too long is refused, and never cut: cut, it is another. */
export async function findPassphrase(
  sources: PassphraseSources,
): Promise<Result<string | null, PassphraseFailure>> {
  const found = await readPassphrase(sources);
  if (found.ok && found.value !== null && found.value.length > PASSPHRASE_MAX_CHARS)
    return err({ reason: 'passphrase-too-long', maxChars: PASSPHRASE_MAX_CHARS });
  return found;
}

async function readPassphrase(sources: PassphraseSources): Promise<Result<string | null, PassphraseFailure>> {
  if (sources.file !== undefined) {
    try {
      const text = await readFile(sources.file, 'utf8');
      return ok(text.replace(/\r?\n$/, ''));
    } catch (error) {
      return err({ reason: 'file-unreadable', path: sources.file, why: (error as Error).message });
    }
  }
  if (sources.environment !== undefined && sources.environment !== '') return ok(sources.environment);
  return ok(sources.ask === null ? null : await sources.ask());
}

/** The passphrase for new keys, asked twice at a terminal; null only where plain text was asked for. */
export async function choosePassphrase(
  sources: PassphraseSources,
  options: { readonly plainText: boolean },
): Promise<Result<string | null, PassphraseFailure>> {
  if (options.plainText) return ok(null);
  const found = await findPassphrase(sources);
  if (!found.ok) return found;
  if (found.value === null) return err({ reason: 'passphrase-not-given' });
  if (found.value.length < PASSPHRASE_MIN_CHARS)
    return err({ reason: 'passphrase-too-short', minChars: PASSPHRASE_MIN_CHARS });
  // Typed blind and wrong once, it would lose every key that it seals.
  const wasTyped = sources.file === undefined && !sources.environment;
  if (wasTyped && (await sources.ask?.()) !== found.value) return err({ reason: 'passphrases-differ' });
  return found;
}
