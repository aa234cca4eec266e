/**
 * What the release that a modem is to get has cost so far, over all runs until it is installed: neither on a bad line nor
 * where something else keeps the modem from it may a nightly run spend its budget each night. One file a modem; another
 * release begins at nothing.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { readJsonFile } from '../json-file.ts';
import type { ModemPorts } from './attempt.ts';
import { writeDurably } from './journal.ts';
import { JOURNAL_MAX_BYTES, SPENT_STEP_BYTES } from './limits.ts';

const spentSchema = z.strictObject({
  format: z.literal('cistern-spent/1'),
  version: versionTextSchema,
  /** Spent of the budget. */
  fetchedBytes: z.int().nonnegative(),
});

type SpentPorts = Pick<ModemPorts, 'stateDir' | 'door' | 'events'>;

/** What earlier runs spent of this version's budget: bytes that came, and what requests for nothing are charged; nothing where no record can be read. */
async function spentOn(version: string, ports: SpentPorts): Promise<number> {
  const spent = await readJsonFile(spentPath(ports), spentSchema, { maxBytes: JOURNAL_MAX_BYTES });
  return spent?.version === version ? spent.fetchedBytes : 0;
}

export type SpentAccount = {
  /** What earlier runs have spent. */
  readonly spentBefore: number;
  /** Writes down what this run has spent, every `SPENT_STEP_BYTES`: one that is killed has cost it as well. */
  readonly onSpent: (spentBytes: number) => void;
  /** The same at the end. */
  readonly close: (spentBytes: number) => Promise<void>;
};

export async function openAccount(version: string, ports: SpentPorts): Promise<SpentAccount> {
  const spentBefore = await spentOn(version, ports);
  let writtenBytes = 0;
  let writing = Promise.resolve();
  const write = (spentBytes: number): Promise<void> => {
    writtenBytes = spentBytes;
    writing = writing.then(() => writeSpent(version, spentBefore + spentBytes, ports));
    return writing;
  };
  return {
    spentBefore,
    onSpent: (spentBytes) => {
      if (spentBytes - writtenBytes >= SPENT_STEP_BYTES) void write(spentBytes);
    },
    close: (spentBytes) => (spentBytes === writtenBytes ? writing : write(spentBytes)),
  };
}

async function writeSpent(version: string, fetchedBytes: number, ports: SpentPorts): Promise<void> {
  const text = JSON.stringify({ format: 'cistern-spent/1', version, fetchedBytes });
  const written = await writeDurably(spentPath(ports), text);
  if (!written.ok)
    ports.events.onNote(`${written.failure.path} could not be written (${written.failure.why})`);
}

/** After an update: what it cost is in its verdict. */
export async function forgetSpent(ports: SpentPorts): Promise<void> {
  await rm(spentPath(ports), { force: true });
}

function spentPath({ stateDir, door }: Pick<SpentPorts, 'stateDir' | 'door'>): string {
  return join(stateDir, 'spent', `${door.key}.json`);
}
