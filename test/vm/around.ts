/** What stands around the guest, on the host: the simulated modem, and one repository for all scenarios. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION, writeDemoPackage } from '../firmware/demo-package.ts';
import { REPOSITORY_ROOT, startAndAwaitLine } from '../support/processes.ts';
import { makeRepository, mustRun, publishArguments } from '../support/repository.ts';
import { SCENARIO_TIMEOUT_MS } from './limits.ts';
import type { ModemState } from './scenario.ts';

export type Modem = {
  readonly usbipPort: number;
  readonly states: readonly ModemState[];
  readonly tell: (line: string) => void;
  readonly stop: () => Promise<void>;
};

/** A modem process with the old firmware; `onLine` gets everything it prints. */
export async function startModem(args: readonly string[], onLine: (line: string) => void): Promise<Modem> {
  const states: ModemState[] = [];
  const main = join(REPOSITORY_ROOT, 'test/modem/main.ts');
  const { running, line } = await startAndAwaitLine(
    [main, '--version', DEMO_OLD_VERSION, '--usbip', '0', ...args],
    (text) => text.includes('"usbip"'),
    {
      timeoutMs: 2 * SCENARIO_TIMEOUT_MS,
      onStdoutLine: (text) => {
        onLine(text);
        const event = JSON.parse(text) as ModemState & { readonly event?: string };
        if (event.event === 'state') states.push(event);
      },
    },
  );
  const { usbip } = JSON.parse(line) as { readonly usbip: number };
  return {
    usbipPort: usbip,
    states,
    tell: (text) => running.write(`${text}\n`),
    stop: () => running.stop(),
  };
}

export type PublishedRelease = {
  readonly packageDirectory: string;
  readonly repository: { readonly port: number; readonly rootFile: string };
  readonly stop: () => Promise<void>;
};

/** The Worker as it runs in production but for its stores, and the new version published and rolled out. */
export async function publishRelease(directory: string, sizeBytes: number): Promise<PublishedRelease> {
  const packageDirectory = await writePackage(directory, sizeBytes);
  const repository = await makeRepository(join(directory, 'repository'));
  const release = { packageDirectory, version: DEMO_NEW_VERSION, from: 'R06A05..R06A09:01' };
  await mustRun(publishArguments(repository, release));
  const { worker, rootFile } = repository;
  return { packageDirectory, repository: { port: worker.port, rootFile }, stop: worker.stop };
}

export async function writePackage(directory: string, sizeBytes: number): Promise<string> {
  const packageDirectory = join(directory, DEMO_NEW_VERSION);
  await mkdir(packageDirectory, { recursive: true });
  await writeDemoPackage(packageDirectory, { version: DEMO_NEW_VERSION, sizeBytes });
  return packageDirectory;
}
