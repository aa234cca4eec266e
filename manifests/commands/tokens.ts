import { buildCommand, buildRouteMap } from '@stricli/core';
import type { OperatorToken } from '../../shared/operator-api.ts';
import type { TokenScope } from '../../shared/operator-token.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { makeToken } from '../tokens/make-token.ts';
import { type TokenClient, tokenClient } from '../tokens/token-client.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { daysArgument, scopeArgument, textArgument, tokenIdArgument, writableArgument } from './parsers.ts';
import { readToken } from './read-token.ts';

type Flags = { readonly at: RepositoryLocation; readonly tokenFile: string; readonly json: boolean };

const flags = {
  at: { kind: 'parsed', parse: writableArgument, brief: 'The repository: https://…', placeholder: 'where' },
  tokenFile: {
    kind: 'parsed',
    parse: textArgument,
    brief: 'File with the root token, which "keys init" made',
    placeholder: 'file',
  },
  json: jsonFlag,
} as const;

const newTokenFlags = {
  out: { kind: 'parsed', parse: textArgument, brief: 'File to make for the token', placeholder: 'file' },
  days: {
    kind: 'parsed',
    parse: daysArgument,
    brief: 'How long it is good for, at most 400',
    placeholder: 'days',
    default: '90',
  },
} as const;

type NewTokenFlags = Flags & { readonly out: string; readonly days: number };

const create = buildCommand<NewTokenFlags & { readonly scope: readonly TokenScope[] }, [string], RepoContext>(
  {
    async func(given, name) {
      const client = await openTokens(this, given);
      if (!client.ok) return fail(this, given, client.failure);
      const wanted = { name, scopes: [...new Set(given.scope)], days: given.days, replaces: null };
      const made = await makeToken(wanted, given.out, client.value, this.nowMs());
      if (!made.ok) return fail(this, given, made.failure);
      succeed(this, given, {
        json: { token: made.value, path: given.out },
        text: madeText(made.value, given.out),
      });
    },
    parameters: {
      positional: {
        kind: 'tuple',
        parameters: [{ parse: textArgument, brief: 'Whose it is, for the audit log', placeholder: 'name' }],
      },
      flags: {
        ...flags,
        ...newTokenFlags,
        scope: {
          kind: 'parsed',
          parse: scopeArgument,
          brief: 'read (reports, audit), rollout, publish; may be given several times',
          placeholder: 'scope',
          variadic: true,
        },
      },
    },
    docs: {
      brief: 'Make a token for one job; the secret stays in its file, the repository gets its digest',
      customUsage: [
        {
          input:
            '"build machine" --scope publish --scope rollout --out ci.token --at https://fw.example --token-file keys/operator.token',
          brief: '',
        },
      ],
    },
  },
);

const rotate = buildCommand<NewTokenFlags, [string], RepoContext>({
  async func(given, id) {
    const client = await openTokens(this, given);
    if (!client.ok) return fail(this, given, client.failure);
    const listed = await client.value.list();
    if (!listed.ok) return fail(this, given, listed.failure);
    const old = listed.value.find((token) => token.id === id);
    if (old === undefined) return fail(this, given, { reason: 'token-not-listed', id });
    const wanted = { name: old.name, scopes: old.scopes, days: given.days, replaces: id };
    const made = await makeToken(wanted, given.out, client.value, this.nowMs());
    if (!made.ok) return fail(this, given, made.failure);
    const text = `${madeText(made.value, given.out)}\n${id} is good for another day at most.`;
    succeed(this, given, { json: { token: made.value, path: given.out }, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: tokenIdArgument, brief: 'Token to replace', placeholder: 'id' }],
    },
    flags: { ...flags, ...newTokenFlags },
  },
  docs: { brief: 'Make a token in the place of another, which ends a day later' },
});

const list = buildCommand<Flags, [], RepoContext>({
  async func(given) {
    const client = await openTokens(this, given);
    if (!client.ok) return fail(this, given, client.failure);
    const listed = await client.value.list();
    if (!listed.ok) return fail(this, given, listed.failure);
    const nowMs = this.nowMs();
    const text = listed.value.map((token) => line(token, nowMs)).join('\n') || 'No tokens.';
    succeed(this, given, { json: { tokens: listed.value }, text });
  },
  parameters: { flags },
  docs: { brief: 'List the tokens, newest first' },
});

const revoke = buildCommand<Flags, [string], RepoContext>({
  async func(given, id) {
    const client = await openTokens(this, given);
    if (!client.ok) return fail(this, given, client.failure);
    const revoked = await client.value.revoke(id);
    if (!revoked.ok) return fail(this, given, revoked.failure);
    const text = `${id} (${revoked.value.name}) opens nothing any more, since ${revoked.value.revokedAt}.`;
    succeed(this, given, { json: { token: revoked.value }, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: tokenIdArgument, brief: 'Token to revoke', placeholder: 'id' }],
    },
    flags,
  },
  docs: { brief: 'Revoke a token, at once' },
});

export const tokens = buildRouteMap({
  routes: { create, list, rotate, revoke },
  docs: { brief: 'Who may do what at a Worker; needs the root token' },
});

async function openTokens(context: RepoContext, given: Flags): Promise<Result<TokenClient, RepoFailure>> {
  if (given.at.kind !== 'address') return err({ reason: 'tokens-need-a-worker' });
  const root = await readToken(given.tokenFile);
  if (!root.ok) return root;
  return ok(tokenClient(given.at.base, root.value, context.http, context.signal));
}

function madeText({ id, name, scopes, expiresAt }: OperatorToken, path: string): string {
  return `${path} holds token ${id} (${name}): ${scopes.join(', ')} until ${expiresAt}`;
}

function line(token: OperatorToken, nowMs: number): string {
  const state =
    token.revokedAt !== null
      ? `revoked ${token.revokedAt}`
      : Date.parse(token.expiresAt) <= nowMs
        ? `ended ${token.expiresAt}`
        : `until ${token.expiresAt}`;
  return `${token.id}  ${token.scopes.join(',').padEnd(20)}  ${state}  ${token.name}`;
}
