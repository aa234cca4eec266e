import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOwnDirectory } from './own-directory.ts';

const STRANGER = 1000;
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('SKIPPED: directories of others are made by root alone\n');

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cistern-owner-test-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

function made(name: string, uid?: number): string {
  const path = join(parent, name);
  mkdirSync(path);
  if (uid !== undefined) chownSync(path, uid, uid);
  return path;
}

describe('a directory', () => {
  it('is ours where we made it, and a link to it is not', async () => {
    const own = made('own');
    symlinkSync(own, join(parent, 'link'));
    expect(await isOwnDirectory(own)).toBe(true);
    expect(await isOwnDirectory(join(parent, 'link'))).toBe(false);
    expect(await isOwnDirectory(join(parent, 'nothing'))).toBe(false);
  });

  it.skipIf(!isRoot)('of a stranger is foreign, and looking leaves nothing behind', async () => {
    expect(await isOwnDirectory(made('foreign', STRANGER))).toBe(false);
    expect(readdirSync(parent)).toEqual(['foreign']);
  });

  it.skipIf(!isRoot)('is ours where the mount shows all that we make as that user’s', async () => {
    const shown = made('shown', STRANGER);
    expect(await isOwnDirectory(shown, async () => STRANGER)).toBe(true);
    expect(await isOwnDirectory(shown, async () => STRANGER + 1)).toBe(false);
    expect(await isOwnDirectory(shown, async () => null)).toBe(false);
  });
});
