/**
 * `npm run build:device`: dist/cistern.mjs, the whole updater in one file that needs nothing beside it but Node. The
 * native parts for USB and ttys are looked for beside it when they are asked for. Without a git history, set
 * SOURCE_DATE_EPOCH.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { builtAtSeconds } from './built-at.ts';

const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

await build({
  absWorkingDir: repository,
  entryPoints: ['device/bin.ts'],
  outfile: 'dist/cistern.mjs',
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['usb', 'serialport'],
  // Parts that are CommonJS ask for Node's modules by require.
  banner: {
    js: "import{createRequire as cisternRequire}from'node:module';const require=cisternRequire(import.meta.url);",
  },
  // A clock before this is wrong (device/repository/clock-guard.ts).
  define: { CISTERN_BUILT_AT_SECONDS: String(builtAtSeconds(repository, process.env)) },
});
