/** Whether what a person gave as mirrors can be some: judged where settings are read, before anything shows it. */
import { err, ok, type Result } from '../../shared/result.ts';
import { namesScheme, parseAddress } from '../http/address.ts';
import type { AddressRefusal } from '../http/http.ts';
import { readMirror } from './chunk-bases.ts';

/** `mirror` as it may be shown: of one with a password in it, the machine alone. */
export type MirrorFailure = {
  readonly reason: 'mirror-refused';
  readonly mirror: string;
  readonly why: AddressRefusal;
};

/** The first that cannot be one. */
export function judgeMirrors(mirrors: readonly string[]): Result<void, MirrorFailure> {
  return mirrors.map(judgeMirror).find(({ ok }) => !ok) ?? ok();
}

/** Those that can be some; of each other one a note is told. */
export function usableMirrors(mirrors: readonly string[], onNote: (note: string) => void): readonly string[] {
  return mirrors.filter((text) => {
    const judged = judgeMirror(text);
    if (!judged.ok)
      onNote(`the mirror ${judged.failure.mirror} is left out (${judged.failure.why.replaceAll('-', ' ')})`);
    return judged.ok;
  });
}

function judgeMirror(text: string): Result<void, MirrorFailure> {
  const mirror = readMirror(text);
  const isOtherAddress = mirror.kind === 'directory' && namesScheme(mirror.path);
  if (mirror.kind === 'directory' && !isOtherAddress) return ok();
  const address = parseAddress(text, { allowInsecure: false, allowPrivate: true });
  if (address.ok || address.failure.reason !== 'address-refused') return ok();
  const { url, why } = address.failure;
  // What cannot be read as an address may hold a password all the same.
  return err({ reason: 'mirror-refused', mirror: why === 'not-an-address' ? 'that was given' : url, why });
}
