/** Programs as the device has them: one file each. Stripping types at start would take memory and time of its own. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY_ROOT } from '../support/processes.ts';

/** Absolute paths, by the name that was given. */
export type Bundled<Program extends string> = Readonly<Record<Program, string>>;

/** Native modules, which no bundle can hold; they are loaded for a modem on USB or a tty alone, and here is neither. */
const NATIVE = ['usb', 'serialport'];

/** `entries` are paths in the repository. */
export async function bundle<Program extends string>(
  entries: Readonly<Record<Program, string>>,
  directory: string,
): Promise<Bundled<Program>> {
  const names = Object.keys(entries) as Program[];
  const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  await build({
    entryPoints: names.map((out) => ({ out, in: join(REPOSITORY_ROOT, entries[out]) })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    external: NATIVE,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    format: 'esm',
    banner: { js: require },
    logLevel: 'error',
  });
  return Object.fromEntries(names.map((name) => [name, join(directory, `${name}.mjs`)])) as Bundled<Program>;
}
