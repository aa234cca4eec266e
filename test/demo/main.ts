/**
 * `npm start`: a firmware travels the whole way on this machine, and the accident that cistern exists for is shown
 * not to happen. Every part is the real one; only the modem is simulated.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION, writeDemoPackage } from '../firmware/demo-package.ts';
import { breakingProxy } from '../support/breaking-proxy.ts';
import { type ModemProcess, startModem } from '../support/modem-process.ts';
import { makeRepository, type Repository } from '../support/repository.ts';
import { showAccident } from './accident.ts';
import { chapter, say } from './screen.ts';
import { askLikeSupport, publish, showReport, showWaysToTry, updateModem } from './steps.ts';

/** Chunk answers in whose middle the line breaks. */
const CUT_CHUNKS = [40, 120];
const REBOOT_MS = 800;

const keep = process.argv.includes('--keep');
const directory = await mkdtemp(join(tmpdir(), 'cistern-demo-'));
const started: { stop: () => Promise<void> }[] = [];
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

try {
  const told = await Promise.race([demonstrate(), interrupted.then(() => null)]);
  if (told === null) {
    process.exitCode = 130;
  } else {
    process.stdout.write(`\n${told}\n`);
    if (keep) await interrupted;
  }
} finally {
  await Promise.allSettled(started.reverse().map((process) => process.stop()));
  await rm(directory, { recursive: true, force: true });
}

/** The last line: what `cistern update` itself said. */
async function demonstrate(): Promise<string> {
  chapter('A firmware package, laid out as the vendor lays out its own');
  const packageDirectory = join(directory, DEMO_NEW_VERSION);
  const made = await writeDemoPackage(packageDirectory, { version: DEMO_NEW_VERSION });
  say(`${DEMO_NEW_VERSION}: ${(made.sizeBytes / 1e6).toFixed(1)} MB in ${packageDirectory}`);

  chapter('Keys, a repository (wrangler dev: R2 and D1 on this machine), and the release published into it');
  const repository = await startRepository();
  await publish(repository, packageDirectory);

  chapter('A modem: a process of its own, reached over TCP (usb2tcp)');
  const modem = await plugIn();

  chapter('cistern update, over a line that breaks twice');
  const line = await breakingProxy(repository.url, CUT_CHUNKS);
  started.push({ stop: line.close });
  const updated = await updateModem({ repository, modem, line, stateDirectory: join(directory, 'router') });

  chapter('What support would ask, and the report that arrived');
  await askLikeSupport(repository);
  await showReport(repository);

  chapter('The original accident: the firmware directory is emptied before the modem is touched');
  const other = await plugIn();
  await showAccident({ repository, modem: other, stateDirectory: join(directory, 'other-router') });

  if (keep) showWaysToTry({ repository, modem, other, stateDirectory: join(directory, 'by-hand') });
  return updated;
}

async function startRepository(): Promise<Repository> {
  const repository = await makeRepository(join(directory, 'repository'));
  started.push(repository.worker);
  say(`repository at ${repository.url}, root of trust ${repository.rootFile}`);
  return repository;
}

async function plugIn(): Promise<ModemProcess> {
  const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: REBOOT_MS });
  started.push(modem);
  say(`EC25-EU running ${DEMO_OLD_VERSION} at ${modem.locator}`);
  return modem;
}
