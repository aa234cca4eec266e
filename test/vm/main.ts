/**
 * `npm run test:vm [-- SCENARIO...]`: a stock Debian kernel in QEMU, and the simulated modem plugged into it by USB/IP.
 * Prints one line a scenario and `N passed, N failed` last. `--verbose` shows everything as it happens.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SMALL_SIZE_BYTES } from '../firmware/demo-package.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { type PublishedRelease, publishRelease, writePackage } from './around.ts';
import type { BootFiles } from './initramfs.ts';
import { CACHE, LOGS } from './paths.ts';
import { explainPreparation, prepareVm } from './prepare.ts';
import { type Accelerator, chooseAccelerator } from './qemu.ts';
import { runInVm } from './run-in-vm.ts';
import { type Ran, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

/** EX_USAGE and EX_UNAVAILABLE of sysexits. */
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
const EXIT_INTERRUPTED = 130;
const SCENARIOS = fileURLToPath(new URL('scenarios', import.meta.url));

const say = (text: string) => void process.stdout.write(`${text}\n`);
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interruption.abort());

const { values: options, positionals: wanted } = parseArgs({
  options: {
    verbose: { type: 'boolean', default: false },
    'prepare-only': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const known = (await readdir(SCENARIOS)).map((file) => file.replace(/\.ts$/, '')).sort();
// What has no number proves nothing: it measures, and runs only when it is named.
const names = wanted.length === 0 ? known.filter((name) => /^\d/.test(name)) : wanted;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  say(`no scenario ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exitCode = EXIT_USAGE;
} else {
  const boot = await prepareVm(say);
  if (!boot.ok) {
    process.stderr.write(`test:vm cannot run: ${explainPreparation(boot.failure)}\n`);
    process.exitCode = EXIT_UNAVAILABLE;
  } else if (!options['prepare-only']) {
    process.exitCode = await runAll(boot.value);
  }
}

async function runAll(boot: BootFiles): Promise<number> {
  await stat(join(REPOSITORY_ROOT, 'dist/cistern.mjs')).catch(() => {
    throw new Error('dist/cistern.mjs is missing: npm run build:device');
  });
  await mkdir(LOGS, { recursive: true });
  const accelerator = await chooseAccelerator(
    process.env.CISTERN_VM_ACCEL,
    (ms) => isCarried(boot, 'kvm', ms),
    say,
  );
  const scenarios = await Promise.all(names.map(load));
  // Not in /tmp: the guest has its own.
  const directory = await mkdtemp(join(CACHE, 'around-'));
  const failed: string[] = [];
  let release: PublishedRelease | null = null;
  try {
    release = await releaseFor(scenarios, directory);
    for (const [index, scenario] of scenarios.entries()) {
      const name = names[index] ?? '';
      const onLine = options.verbose ? (line: string) => say(`    ${line}`) : () => {};
      const around = { boot, accelerator, release, onLine };
      const ran = await runScenario(name, scenario, around, interruption.signal).catch(notStarted(name));
      if (interruption.signal.aborted) return EXIT_INTERRUPTED;
      say(
        `${ran.passed ? 'ok    ' : 'FAILED'} ${(ran.tookMs / 1000).toFixed(1).padStart(5)} s  ${name}: ${scenario.title}`,
      );
      if (ran.report !== null) say(ran.report);
      if (ran.passed) continue;
      failed.push(name);
      if (!options.verbose) say(ran.log.replaceAll(/^/gm, '    '));
      if (ran.logFile !== null) say(`    all of it: ${ran.logFile}`);
    }
  } finally {
    await release?.stop();
    await rm(directory, { recursive: true, force: true });
  }
  say(`${scenarios.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

/** The modem did not start: that scenario has failed, and the others go on. */
function notStarted(name: string): (error: unknown) => Ran {
  return (error) => {
    const log = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, passed: false, tookMs: 0, log, logFile: null, report: null };
  };
}

async function load(name: string): Promise<Scenario> {
  return ((await import(`./scenarios/${name}.ts`)) as { readonly scenario: Scenario }).scenario;
}

/** One release serves all scenarios; none is made where none is wanted. */
async function releaseFor(
  scenarios: readonly Scenario[],
  directory: string,
): Promise<PublishedRelease | null> {
  const sizeBytes = Math.max(...scenarios.map(({ packageBytes = SMALL_SIZE_BYTES }) => packageBytes));
  if (scenarios.some(({ needs }) => needs === 'repository')) {
    say('publishing a release into a repository on this machine');
    return publishRelease(directory, sizeBytes);
  }
  if (!scenarios.some(({ needs }) => needs === 'package')) return null;
  const packageDirectory = await writePackage(directory, sizeBytes);
  return { packageDirectory, repository: { port: 0, rootFile: '' }, stop: async () => {} };
}

async function isCarried(boot: BootFiles, accelerator: Accelerator, timeoutMs: number): Promise<boolean> {
  const run = await runInVm(boot, { script: 'exit 0', accelerator, timeoutMs });
  return run.ok && run.value.exitCode === 0;
}
