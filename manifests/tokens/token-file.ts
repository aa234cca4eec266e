/** The file a token lives in: there before the repository hears of it, so that no answer can be lost with it. */
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { makeOperatorToken, operatorTokenId } from '../../shared/operator-token.ts';
import { err, ok, type Result } from '../../shared/result.ts';

export type TokenFileFailure = {
  readonly reason: 'file-unwritable';
  readonly path: string;
  readonly why: string;
};

export type TokenFile = {
  readonly id: string;
  readonly token: string;
  /** A run before this one made it, and perhaps never heard whether the repository took it. */
  readonly wasThere: boolean;
};

/** Makes the file, or takes up the token in the one that is there; any other file is never overwritten. */
export async function openTokenFile(path: string): Promise<Result<TokenFile, TokenFileFailure>> {
  const made = makeOperatorToken(randomBytes);
  try {
    await writeFile(path, `${made.token}\n`, { flag: 'wx', mode: 0o600 });
    return ok({ ...made, wasThere: false });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EEXIST') return err({ reason: 'file-unwritable', path, why: String(error) });
  }
  const token = (await readFile(path, 'utf8').catch(() => '')).trim();
  const id = operatorTokenId(token);
  if (id !== null) return ok({ id, token, wasThere: true });
  return err({ reason: 'file-unwritable', path, why: 'it is there already, and holds no operator token' });
}

/** For a token that the repository refused: a file that opens nothing would only mislead. */
export async function dropTokenFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
