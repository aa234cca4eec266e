/** A release brought here and verified, long before anybody flashes it: `update` with the same stage finds it. */
import { ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { verifyStage } from '../stage/staged-package.ts';
import type { UpdateOptions, UpdatePorts } from './attempt.ts';
import { fillStage } from './fill-stage.ts';
import { takeLock } from './lock.ts';
import { mayDownload } from './metered.ts';
import { openStage } from './open-stage.ts';
import { type Decision, decide } from './update.ts';

export type FetchedAhead =
  | { readonly kind: 'up-to-date'; readonly model: string; readonly version: string }
  | {
      readonly kind: 'fetched';
      readonly model: string;
      readonly version: string;
      readonly directory: string;
      readonly storedBytes: number;
      /** Bytes that came over the network in this run. */
      readonly fetchedBytes: number;
    };

export type FetchOptions = Pick<UpdateOptions, 'wanted' | 'channel' | 'stage' | 'metered' | 'askCost'>;

/** The modem is asked what it runs, and nothing else of it. */
export async function fetchAhead(
  options: FetchOptions,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<FetchedAhead, UpdateFailure>> {
  const lock = await takeLock(ports.stateDir, ports.door.key, ports.processes);
  if (!lock.ok) return lock;
  try {
    const decided = await decide(options, ports, signal);
    return decided.ok ? await fetchDecided(decided.value, options, ports, signal) : decided;
  } finally {
    await lock.value.release();
  }
}

async function fetchDecided(
  { identity, view, resolved }: Decision,
  options: FetchOptions,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<FetchedAhead, UpdateFailure>> {
  const { model } = identity;
  if (resolved.action === 'up-to-date') {
    return ok({ kind: 'up-to-date', model, version: identity.version.text });
  }
  const { manifest } = resolved;
  const may = await mayDownload({ view, manifest }, options, ports, signal);
  if (!may.ok) return may;
  const read = await view.readIndex(manifest, signal);
  if (!read.ok) return read;
  const { index, bytes: indexBytes } = read.value;
  const documents = { entry: view.entry, manifest, index, indexBytes };
  const stage = await openStage({ wanted: options.stage, documents }, ports, signal);
  if (!stage.ok) return stage;
  const filled = await fillStage(stage.value, documents, ports, signal);
  const verified = filled.ok ? await verifyStage({ stage: stage.value, ...documents }, signal) : filled;
  await stage.value.setAside();
  if (!filled.ok) return filled;
  if (!verified.ok) return verified;
  const { directory } = stage.value;
  const { storedBytes } = manifest.package;
  return ok({
    kind: 'fetched',
    model,
    version: manifest.version,
    directory,
    storedBytes,
    fetchedBytes: filled.value,
  });
}
