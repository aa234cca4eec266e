import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PASSPHRASE_MAX_CHARS, PASSPHRASE_MIN_CHARS } from '../limits.ts';
import { choosePassphrase, findPassphrase } from './passphrase.ts';

const LONG = 'correct horse battery staple';

/** A terminal at which these answers are typed in turn. */
const typing = (...answers: readonly string[]) => {
  const left = [...answers];
  const ask = async () => left.shift() ?? '';
  return { sources: { file: undefined, environment: undefined, ask }, left };
};

describe('the passphrase of new keys', () => {
  it('is typed twice, because it is typed blind', async () => {
    const { sources, left } = typing(LONG, LONG);
    expect(await choosePassphrase(sources, { plainText: false })).toEqual({ ok: true, value: LONG });
    expect(left).toEqual([]);
  });

  it.each([
    ['was typed in two ways', [LONG, `${LONG}!`], 'passphrases-differ'],
    ['is too long', ['x'.repeat(PASSPHRASE_MAX_CHARS + 1)], 'passphrase-too-long'],
    ['is too short', ['x'.repeat(PASSPHRASE_MIN_CHARS - 1)], 'passphrase-too-short'],
  ])('is refused when it %s', async (_, answers, reason) => {
    const { sources } = typing(...answers);
    expect(await choosePassphrase(sources, { plainText: false })).toMatchObject({ failure: { reason } });
  });

  it.each(['file', 'environment', 'terminal'])('is never cut: from the %s', async (where) => {
    const longest = 'x'.repeat(PASSPHRASE_MAX_CHARS);
    const find = async (passphrase: string) => {
      const file = join(tmpdir(), `passphrase-${randomUUID()}`);
      await writeFile(file, `${passphrase}\n`);
      try {
        return await findPassphrase({
          file: where === 'file' ? file : undefined,
          environment: where === 'environment' ? passphrase : undefined,
          ask: async () => passphrase,
        });
      } finally {
        await rm(file);
      }
    };
    expect(await find(longest)).toEqual({ ok: true, value: longest });
    const reason = 'passphrase-too-long';
    expect(await find(`${longest}x`)).toMatchObject({ failure: { reason, maxChars: PASSPHRASE_MAX_CHARS } });
  });

  it('is taken from the environment without a question', async () => {
    const { sources, left } = typing('not asked for');
    const given = { ...sources, environment: LONG };
    expect(await choosePassphrase(given, { plainText: false })).toEqual({ ok: true, value: LONG });
    expect(left).toHaveLength(1);
  });
});
