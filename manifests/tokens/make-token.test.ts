import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OperatorToken, type TokenRequest, tokenRequestSchema } from '../../shared/operator-api.ts';
import { operatorTokenId } from '../../shared/operator-token.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { OperatorFailure } from '../publish/operator-client.ts';
import { makeToken } from './make-token.ts';

const NOW_MS = Date.parse('2026-11-23T08:00:00Z');
const WANTED = { name: 'ci', scopes: ['publish'], days: 90, replaces: null } as const;

let directory: string;
let path: string;
let requests: TokenRequest[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'token-'));
  path = join(directory, 'ci.token');
  requests = [];
});
afterEach(() => rm(directory, { recursive: true }));

/** A repository that takes every token, or fails as told. */
function repository(failure?: OperatorFailure) {
  return {
    async create(request: TokenRequest): Promise<Result<OperatorToken, OperatorFailure>> {
      requests.push(tokenRequestSchema.parse(request));
      if (failure !== undefined) return err(failure);
      const { sha256: _, ...token } = request;
      return ok({ ...token, createdAt: new Date(NOW_MS).toISOString(), createdBy: 'root', revokedAt: null });
    },
  };
}

const unreachable = { reason: 'repository-unreachable', url: 'https://fw.example', why: 'reset' } as const;
const refused = {
  reason: 'repository-refused',
  url: 'https://fw.example',
  status: 409,
  code: 'too-many-tokens',
  detail: '',
} as const;

const contentOf = () => readFile(path, 'utf8').catch(() => null);

describe('a new token', () => {
  it('is in a file of its owner alone, and sent as a digest', async () => {
    expect((await makeToken(WANTED, path, repository(), NOW_MS)).ok).toBe(true);
    const token = (await contentOf())?.trim() ?? '';
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(requests[0]).toMatchObject({ id: operatorTokenId(token), expiresAt: '2027-02-21T08:00:00.000Z' });
    expect(JSON.stringify(requests)).not.toContain(token.slice(-43));
  });

  it('is the same one when the answer was lost and the command is run again', async () => {
    expect((await makeToken(WANTED, path, repository(unreachable), NOW_MS)).ok).toBe(false);
    const before = await contentOf();
    expect((await makeToken(WANTED, path, repository(), NOW_MS + 1000)).ok).toBe(true);
    expect(await contentOf()).toBe(before);
    expect(requests[1]?.sha256).toBe(requests[0]?.sha256);
  });

  it('leaves no file behind when the repository refuses it', async () => {
    await makeToken(WANTED, path, repository(refused), NOW_MS);
    expect(await contentOf()).toBeNull();
  });

  it('never takes the place of a file that is something else', async () => {
    await writeFile(path, 'precious');
    const made = await makeToken(WANTED, path, repository(), NOW_MS);
    expect(made).toMatchObject({ ok: false, failure: { reason: 'file-unwritable' } });
    expect([await contentOf(), requests]).toEqual(['precious', []]);
  });
});
