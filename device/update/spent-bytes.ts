/**
 * What the release that a modem is to get has cost so far, over all runs: on a bad line a nightly run must not spend
 * its budget each night. One file a modem; another release begins at nothing.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { readJsonFile } from '../json-file.ts';
import type { ModemPorts } from './attempt.ts';
import { writeDurably } from './journal.ts';
import { JOURNAL_MAX_BYTES } from './limits.ts';

const spentSchema = z.strictObject({
  format: z.literal('cistern-spent/1'),
  version: versionTextSchema,
  fetchedBytes: z.int().nonnegative(),
});

type SpentPorts = Pick<ModemPorts, 'stateDir' | 'door' | 'events'>;

/** Bytes of bodies that earlier runs fetched of this version; nothing where no record can be read. */
export async function spentOn(version: string, ports: SpentPorts): Promise<number> {
  const spent = await readJsonFile(spentPath(ports), spentSchema, { maxBytes: JOURNAL_MAX_BYTES });
  return spent?.version === version ? spent.fetchedBytes : 0;
}

export async function rememberSpent(version: string, fetchedBytes: number, ports: SpentPorts): Promise<void> {
  if (fetchedBytes === 0) return;
  const sum = (await spentOn(version, ports)) + fetchedBytes;
  const text = JSON.stringify({ format: 'cistern-spent/1', version, fetchedBytes: sum });
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
