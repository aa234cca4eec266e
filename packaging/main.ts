/** `npm run build:packages`: dist/packages, from dist/cistern.mjs. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './build-packages.ts';
import { builtAtSeconds } from './built-at.ts';

const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const made = await buildPackages({
  repository,
  bundlePath: `${repository}/dist/cistern.mjs`,
  outputDirectory: `${repository}/dist/packages`,
  epochSeconds: builtAtSeconds(repository, process.env),
  architecture: process.arch,
  maintainer: process.env.PACKAGE_MAINTAINER ?? 'cistern <cistern@localhost>',
});
for (const path of made)
  console.log(`${(await stat(path)).size} bytes  ${path.slice(repository.length + 1)}`);
