/** `npm run build:packages`: dist/packages, from dist/cistern.mjs. */
import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './build-packages.ts';

const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** SOURCE_DATE_EPOCH, or the time of the last commit: never now, or no two builds would be alike. */
function epochSeconds(): number {
  const said =
    process.env.SOURCE_DATE_EPOCH ??
    execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: repository, encoding: 'utf8' }).trim();
  if (!/^\d{1,11}$/.test(said)) throw new Error(`SOURCE_DATE_EPOCH is no time: ${said}`);
  return Number(said);
}

const made = await buildPackages({
  repository,
  bundlePath: `${repository}/dist/cistern.mjs`,
  outputDirectory: `${repository}/dist/packages`,
  epochSeconds: epochSeconds(),
  architecture: process.arch,
  maintainer: process.env.PACKAGE_MAINTAINER ?? 'cistern <cistern@localhost>',
});
for (const path of made)
  console.log(`${(await stat(path)).size} bytes  ${path.slice(repository.length + 1)}`);
