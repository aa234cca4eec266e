/** The one-file updater, copied to a directory where nothing stands beside it. */
import { copyFile, mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { REPOSITORY_ROOT } from './processes.ts';

const BUNDLE = join(REPOSITORY_ROOT, 'dist/cistern.mjs');

/** `npm test` builds it first; without it there is nothing to test. */
export async function bundleAlone(): Promise<string> {
  await stat(BUNDLE).catch(() => {
    throw new Error('dist/cistern.mjs is missing: npm run build:device');
  });
  const alone = join(await mkdtemp(join(inject('repository').directory, 'alone-')), 'cistern.mjs');
  await copyFile(BUNDLE, alone);
  return alone;
}
