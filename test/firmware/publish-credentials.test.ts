/** What `cistern-repo publish` must be given to be let in: keys that open, tokens of the right scope. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

let publishing: Publishing;
beforeAll(async () => {
  publishing = await startPublishing();
}, 90_000);
afterAll(() => publishing.stop());

describe('keys that are encrypted', () => {
  const init = (directory: string, env: Record<string, string>) => {
    const online = join(directory, 'online.env');
    return runCisternRepo(['keys', 'init', '--dir', directory, '--online', online], { env });
  };

  it('open with the right passphrase alone, and sign only where the root names them', async () => {
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version);
    const keys = join(publishing.scratch, 'sealed');
    const right = { CISTERN_PASSPHRASE: 'correct horse battery staple' };
    expect(await init(keys, right)).toMatchObject({ code: 0 });
    const tokenFile = join(publishing.keys, 'operator.token');
    const attempt = async (env: Record<string, string>) => {
      const ended = await publishing.publish(directory, version, { keys, tokenFile, env });
      return { code: ended.code, reason: shown(ended).reason };
    };
    expect(await attempt({})).toEqual({ code: 77, reason: 'passphrase-needed' });
    const wrong = { CISTERN_PASSPHRASE: 'wrong, but long enough' };
    expect(await attempt(wrong)).toEqual({ code: 77, reason: 'passphrase-wrong' });
    expect(await attempt(right)).toEqual({ code: 65, reason: 'repository-refused' });
  });

  it('are not made without a passphrase unless that is said', async () => {
    const keys = join(publishing.scratch, 'none');
    expect(await init(keys, {})).toMatchObject({ code: 64 });
    expect(await init(keys, { CISTERN_PASSPHRASE: 'short' })).toMatchObject({ code: 64 });
    await expect(readFile(join(keys, 'online.env'))).rejects.toThrow('ENOENT');
  });
});

describe('tokens', () => {
  const tokens = (args: readonly string[], tokenFile = join(publishing.keys, 'operator.token')) =>
    runCisternRepo(['tokens', ...args, '--at', publishing.url, '--token-file', tokenFile, '--json']);

  it('are made for one job, do no other, are replaced, listed and revoked', async () => {
    const builder = join(publishing.scratch, 'builder.token');
    const made = await tokens(['create', 'build machine', '--scope', 'publish', '--out', builder]);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const { id } = shown(made).token;
    const again = await tokens(['create', 'build machine', '--scope', 'publish', '--out', builder]);
    expect(shown(again).token.id).toBe(id);

    const version = publishing.nextVersion();
    const published = await publishing.publish(await publishing.packageOf(version), version, {
      tokenFile: builder,
    });
    expect(published.code, published.stdout).toBe(77);
    expect(shown(published).sentence).toMatch(/lacks the scope rollout.*published and no device is offered/);
    expect((await tokens(['list'], builder)).code).toBe(77);

    const next = join(publishing.scratch, 'builder-2.token');
    const rotated = await tokens(['rotate', id, '--out', next, '--days', '30']);
    expect(shown(rotated).token).toMatchObject({ name: 'build machine', scopes: ['publish'], replaces: id });
    expect((await tokens(['revoke', id])).code).toBe(0);
    const refused = await publishing.publish(await publishing.packageOf(version), version, {
      tokenFile: builder,
    });
    expect(shown(refused).reason).toBe('operator-token-refused');
    const listed = shown(await tokens(['list'])).tokens as { id: string; revokedAt: string | null }[];
    expect(listed.map((token) => [token.id, token.revokedAt !== null])).toEqual([
      [shown(rotated).token.id, false],
      [id, true],
    ]);
  });

  it('of a directory there are none', async () => {
    const refused = await runCisternRepo([
      ...['tokens', 'list', '--at', publishing.scratch, '--token-file', 'x', '--json'],
    ]);
    expect(shown(refused).reason).toBe('tokens-need-a-worker');
    expect(refused.code).toBe(64);
  });
});
