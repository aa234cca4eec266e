/** What the commands that change the root of trust have in common: flags, passphrases, and how they end. */
import { ok, type Result } from '../../shared/result.ts';
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { openHeldKeys } from '../keys/held-keys.ts';
import { type NextRoot, proposeRoot } from '../keys/next-root.ts';
import { choosePassphrase, findPassphrase } from '../keys/passphrase.ts';
import type { RootChange } from '../keys/root-change.ts';
import { ROOT_DRAFT } from '../keys/roots.ts';
import { describeRequest, describeStandings } from '../signing/describe.ts';
import type { OnlinePublic } from '../signing/request.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';

export type RootFlags = {
  readonly dir: string;
  readonly passphraseFile?: string;
  readonly noPassphrase: boolean;
  readonly json: boolean;
};

export const noPassphraseFlag = {
  kind: 'boolean',
  brief: 'Keep new private keys in plain text (demonstrations, tests)',
  default: false,
  withNegated: false,
} as const;

export const rootFlags = {
  dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the keys', placeholder: 'dir' },
  passphraseFile: passphraseFileFlag,
  noPassphrase: noPassphraseFlag,
  json: jsonFlag,
} as const;

export type Passphrases = {
  /** Opens keys that are there. */
  readonly toOpen: () => Promise<Result<string | null, RepoFailure>>;
  /** Seals keys that are made. */
  readonly toSeal: () => Promise<Result<string | null, RepoFailure>>;
};

/** One passphrase a command: who makes a key and opens others is asked once for both. */
export function passphrasesOf(
  context: RepoContext,
  flags: Pick<RootFlags, 'passphraseFile' | 'noPassphrase'>,
): Passphrases {
  const sources = passphraseSources(context, flags.passphraseFile);
  let chosen: string | null = null;
  return {
    async toOpen() {
      return chosen === null ? findPassphrase(sources) : ok(chosen);
    },
    async toSeal() {
      const choice = await choosePassphrase(sources, { plainText: flags.noPassphrase });
      if (choice.ok) chosen = choice.value;
      return choice;
    },
  };
}

/** Lays the change onto the next root, signs with what is here, and says what is still lacking. */
export async function proposeAndTell(
  context: RepoContext,
  flags: RootFlags,
  proposal: {
    readonly change: RootChange;
    readonly online?: OnlinePublic;
    readonly more?: readonly string[];
  },
  passphrases: Passphrases,
): Promise<CommandFailure | undefined> {
  const { change, online = null, more = [] } = proposal;
  const next = await proposeRoot(flags.dir, { change, online, nowMs: context.nowMs() }, (keyIds) =>
    openHeldKeys(flags.dir, keyIds, passphrases.toOpen),
  );
  if (!next.ok) return fail(context, flags, next.failure);
  tellNextRoot(context, flags, next.value, more);
}

export function tellNextRoot(
  context: RepoContext,
  flags: Pick<RootFlags, 'dir' | 'json'>,
  { request, standings, path }: NextRoot,
  more: readonly string[] = [],
): void {
  const { version, expires } = request.next.signed;
  const text = [
    ...describeRequest(request),
    ...describeStandings(standings),
    ...more,
    path === null
      ? `Not a root yet: it waits in ${flags.dir}/${ROOT_DRAFT}. Take a copy to who holds the other keys ("sign-request", "sign"), then "sign-import".`
      : `Signed: ${path}. Bring it to the repository with "keys upload" (a publication does so too); devices follow it from the root they have.`,
  ].join('\n');
  const json = { version, expires, path, isComplete: path !== null, standings };
  succeed(context, flags, { json, text });
}
