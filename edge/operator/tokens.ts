/** `/v1/operator/tokens`: made, listed, revoked. A token is made by who asks for it; only its digest comes here. */
import {
  TOKEN_LIST_MAX,
  TOKEN_MAX_DAYS,
  type TokenRequest,
  tokenRequestSchema,
} from '../../shared/operator-api.ts';
import { TOKEN_ID } from '../../shared/operator-token.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { jsonAnswer, NEVER, whenOk } from '../http/answer.ts';
import { readJson } from '../http/body.ts';
import { problemResponse, type Refusal } from '../http/problem.ts';
import { DAY_MS, QUESTION_MAX_BYTES, TOKEN_REPLACED_AFTER_MS } from '../limits.ts';
import {
  insertTokenRow,
  listTokenRows,
  readTokenRow,
  revokeTokenRow,
  withoutDigest,
} from '../store/token-rows.ts';
import type { Visit } from './operator-resource.ts';

type Stores = { readonly db: D1Database; readonly nowMs: () => number };

export async function getTokens({ db }: Stores): Promise<Response | null> {
  return jsonAnswer({ tokens: await listTokenRows(db, TOKEN_LIST_MAX) }, NEVER);
}

/** 201 for a new token; 200 where the same was made before, as when the answer was lost; 409 for another by this id. */
export async function postToken(stores: Stores, request: Request, visit: Visit): Promise<Response | null> {
  return whenOk(await readJson(request, tokenRequestSchema, QUESTION_MAX_BYTES), async (wanted) => {
    const detail = `${wanted.name}: ${wanted.scopes.join(', ')} until ${wanted.expiresAt}${
      wanted.replaces === null ? '' : `, in the place of ${wanted.replaces}`
    }`;
    visit.did({ action: 'token.created', target: wanted.id, detail });
    const made = await makeToken(stores, wanted, visit.caller.actor);
    if (!made.ok) return problemResponse(made.failure);
    const row = await readTokenRow(stores.db, wanted.id);
    if (row === null || !isSame(row, wanted)) return problemResponse(taken(wanted.id));
    return jsonAnswer(withoutDigest(row), NEVER, made.value === 'made' ? 201 : 200);
  });
}

async function makeToken(
  { db, nowMs }: Stores,
  wanted: TokenRequest,
  createdBy: string,
): Promise<Result<'made' | 'there', Refusal>> {
  const there = await readTokenRow(db, wanted.id);
  if (there !== null) return ok('there');
  const now = nowMs();
  const expires = Date.parse(wanted.expiresAt);
  if (expires <= now || expires > now + TOKEN_MAX_DAYS * DAY_MS) return err(badExpiry);
  if (wanted.replaces !== null && (await readTokenRow(db, wanted.replaces)) === null)
    return err(unknownReplaced);
  const bounds = {
    replacedEndsAt: new Date(now + TOKEN_REPLACED_AFTER_MS).toISOString(),
    rowsMax: TOKEN_LIST_MAX,
    forgetBefore: new Date(now - TOKEN_MAX_DAYS * DAY_MS).toISOString(),
  };
  const token = { ...wanted, createdAt: new Date(now).toISOString(), createdBy };
  if (await insertTokenRow(db, token, bounds)) return ok('made');
  return (await readTokenRow(db, wanted.id)) === null ? err(tooMany) : ok('there');
}

/** `expiresAt` of a token that was replaced since is another; that is no reason to call the request another. */
function isSame(row: TokenRequest, wanted: TokenRequest): boolean {
  return (
    row.sha256 === wanted.sha256 &&
    row.name === wanted.name &&
    row.scopes.join() === wanted.scopes.join() &&
    row.replaces === wanted.replaces
  );
}

/** Revoking what is revoked changes nothing and says so. */
export async function deleteToken(stores: Stores, id: string, visit: Visit): Promise<Response | null> {
  if (!TOKEN_ID.test(id)) return null;
  const revoked = await revokeTokenRow(stores.db, id, new Date(stores.nowMs()).toISOString());
  if (revoked === null) return null;
  const outcome = revoked.isChanged ? 'done' : 'unchanged';
  visit.did({ action: 'token.revoked', target: id, detail: revoked.token.name, outcome });
  return jsonAnswer(revoked.token, NEVER);
}

const badExpiry: Refusal = {
  reason: 'body-invalid',
  detail: `/expiresAt: a token ends after now, and within ${TOKEN_MAX_DAYS} days. None was made.`,
  errors: [{ pointer: '/expiresAt', detail: `not between now and ${TOKEN_MAX_DAYS} days from now` }],
};

const unknownReplaced: Refusal = {
  reason: 'body-invalid',
  detail: '/replaces: there is no token of this id to take the place of. None was made.',
  errors: [{ pointer: '/replaces', detail: 'no such token' }],
};

const tooMany: Refusal = {
  reason: 'too-many-tokens',
  detail: `There are ${TOKEN_LIST_MAX} tokens, which is all that are kept; none was made.`,
};

function taken(id: string): Refusal {
  return {
    reason: 'already-exists',
    detail: `A token ${id} was made before and is another; none was made. Make one with an id of its own.`,
  };
}
