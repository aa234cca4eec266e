/** Who has to sign a request, who has, and what is lacking (TUF 5.3.4 for roots, 5.6.3 for targets). */
import type { TufKey } from '../../shared/trust/keys.ts';
import { type KeyRole, signersOf } from '../../shared/trust/signed-by.ts';
import type { SigningRequest } from './request.ts';

type Judge = {
  /** `root 2`, `targets of root 2`. */
  readonly name: string;
  readonly role: KeyRole;
  readonly keys: Readonly<Record<string, TufKey>>;
};

export type Standing = {
  readonly judge: string;
  readonly threshold: number;
  /** Keys of the judge that signed. */
  readonly signed: readonly string[];
  /** Keys of the judge that did not. */
  readonly unsigned: readonly string[];
  /** Signatures still needed. */
  readonly lacking: number;
};

export function judgesOf(request: SigningRequest): readonly Judge[] {
  if (request.kind === 'targets') {
    const { version, keys, roles } = request.root.signed;
    return [{ name: `targets of root ${version}`, role: roles.targets, keys }];
  }
  return [request.former.signed, request.next.signed].map(({ version, keys, roles }) => ({
    name: `root ${version}`,
    role: roles.root,
    keys,
  }));
}

export function standingsOf(request: SigningRequest): Promise<readonly Standing[]> {
  return Promise.all(
    judgesOf(request).map(async ({ name, role, keys }) => {
      const signed = await signersOf(role, keys, request.next);
      const unsigned = role.keyids.filter((keyId) => !signed.includes(keyId));
      const lacking = Math.max(0, role.threshold - signed.length);
      return { judge: name, threshold: role.threshold, signed, unsigned, lacking };
    }),
  );
}

export function isComplete(standings: readonly Standing[]): boolean {
  return standings.every(({ lacking }) => lacking === 0);
}
