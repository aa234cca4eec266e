/**
 * The TUF roles of one model's repository: who signs what, how long it holds, what the files are called.
 *
 * Every model is a TUF repository of its own under one shared root (ota 6), so an unchanged poll costs the same
 * for ten models as for ten thousand. Root and targets are signed offline; snapshot, timestamp and the delegated
 * rollout role online, in the Worker.
 */
import type { ModelId } from '../model.ts';
import { ROLLOUT_NAME } from '../rollout.ts';
import type { Signer } from './keys.ts';

export const TUF_SPEC_VERSION = '1.0.31';

export const ONLINE_ROLES = ['snapshot', 'timestamp', 'rollout'] as const;
export type OnlineRole = (typeof ONLINE_ROLES)[number];
export type Role = 'root' | 'targets' | OnlineRole;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a signature holds. Online roles outlive several poll periods and are renewed long before (ota 6). */
export const EXPIRES_AFTER_MS: Readonly<Record<Role, number>> = {
  root: 730 * DAY_MS,
  targets: 365 * DAY_MS,
  rollout: 14 * DAY_MS,
  snapshot: 14 * DAY_MS,
  timestamp: 14 * DAY_MS,
};

/** `2026-11-23T08:00:00Z`: TUF writes instants in whole seconds (TUF 4.2). */
export function tufInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** When what is signed now expires. */
export function expiryOf(role: Role, nowMs: number): string {
  return tufInstant(nowMs + EXPIRES_AFTER_MS[role]);
}

/** An online file older than this is signed again by the poll that meets it. */
export const RENEW_AFTER_MS = DAY_MS;

/** Threshold of the root role: 2 of 3 offline keys. */
export const ROOT_THRESHOLD = 2;
export const ROOT_KEY_COUNT = 3;

/** The signed member that binds timestamp, snapshot, targets and rollout to one model (ota 6, con 1). */
export const MODEL_FIELD = 'x-model';

/** `3.targets.json`, `timestamp.json`: consistent snapshots (TUF 6.2). */
export function metadataFile(role: Role, version: number): string {
  return role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`;
}

/** `quectel/ec25euga-m4g/model.json`: target paths begin with the model id. */
export function targetPath(model: ModelId, name: string): string {
  return `${model}/${name}`;
}

/** `quectel/ec25euga-m4g/<sha256>.model.json`: the path a target is served at (TUF 6.2, consistent snapshots). */
export function consistentTargetPath(path: string, sha256: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`;
}

/** What the delegated rollout role may sign for a model: its rollout document and nothing else. */
export function rolloutPaths(model: ModelId): readonly string[] {
  return [targetPath(model, ROLLOUT_NAME)];
}

/** The one delegation that a model's targets make: the rollout role, to one online key (TUF 4.5). */
export function rolloutDelegations(model: ModelId, { keyId, key }: Pick<Signer, 'keyId' | 'key'>) {
  return {
    keys: { [keyId]: key },
    roles: [
      { name: 'rollout', keyids: [keyId], threshold: 1, terminating: true, paths: [...rolloutPaths(model)] },
    ],
  };
}
