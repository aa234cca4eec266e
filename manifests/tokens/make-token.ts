/** A new token: its file first, then its digest to the repository. The same again is the same token. */
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import type { OperatorToken } from '../../shared/operator-api.ts';
import type { TokenScope } from '../../shared/operator-token.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { OperatorFailure } from '../publish/operator-client.ts';
import type { TokenClient } from './token-client.ts';
import { dropTokenFile, openTokenFile, type TokenFileFailure } from './token-file.ts';

export type WantedToken = {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly days: number;
  readonly replaces: string | null;
};

const DAY_MS = 24 * 60 * 60_000;

export async function makeToken(
  wanted: WantedToken,
  path: string,
  client: Pick<TokenClient, 'create'>,
  nowMs: number,
): Promise<Result<OperatorToken, OperatorFailure | TokenFileFailure>> {
  const file = await openTokenFile(path);
  if (!file.ok) return file;
  const { id, token, wasThere } = file.value;
  const made = await client.create({
    id,
    name: wanted.name,
    scopes: [...wanted.scopes],
    expiresAt: new Date(nowMs + wanted.days * DAY_MS).toISOString(),
    sha256: await sha256Hex(utf8(token)),
    replaces: wanted.replaces,
  });
  if (made.ok) return ok(made.value);
  // Unless the repository said no, it may have taken the token and the answer was lost: the file stays.
  const isRefused =
    made.failure.reason === 'repository-refused' || made.failure.reason === 'operator-token-refused';
  if (isRefused && !wasThere) await dropTokenFile(path);
  return made;
}
