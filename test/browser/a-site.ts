/** The site under test: a Worker of `wrangler dev`, a release published into it, and reports of devices about it. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../device/clock.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { deliverReports } from '../../device/report/deliver.ts';
import { loadDeviceIdentity } from '../../device/report/device-key.ts';
import { toBase64 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import {
  DEMO_NEW_VERSION,
  DEMO_OLD_VERSION,
  SMALL_SIZE_BYTES,
  writeDemoPackage,
} from '../firmware/demo-package.ts';
import { MODEL, makeRepository, mustRun, publishArguments, receivedReports } from '../support/repository.ts';

const http = undiciHttp({ userAgent: 'cistern-test' });

export type Site = { readonly url: string; readonly token: string; readonly end: () => Promise<void> };

const FAILED: readonly Partial<Report>[] = [
  { outcome: 'unchanged', lastStep: 'loading-programmer', reason: 'programmer-rejected' },
  { outcome: 'unfinished', lastStep: 'programming', reason: 'modem-lost', modemState: 'programmer-running' },
  { outcome: 'unconfirmed', lastStep: 'confirming', reason: 'registration-lost' },
];
const SUCCEEDED_COUNT = 17;

export async function startSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-browser-'));
  const repository = await makeRepository(join(directory, 'repository'));
  const end = async () => {
    await repository.worker.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const packageDirectory = join(directory, DEMO_NEW_VERSION);
    await writeDemoPackage(packageDirectory, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
    const order = { packageDirectory, version: DEMO_NEW_VERSION, from: 'R06A05..R06A09:01' };
    await mustRun(publishArguments(repository, order));
    const changes = [...FAILED, ...Array<Partial<Report>>(SUCCEEDED_COUNT).fill({})];
    await Promise.all(
      changes.map((change, i) => deliver(repository.url, join(directory, `device-${i}`), change)),
    );
    await untilReceived(() => receivedReports(repository), changes.length);
  } catch (error) {
    await end();
    throw error;
  }
  return { url: repository.url, token: repository.token, end };
}

/** Each from a device of its own, delivered as the updater delivers it. */
async function deliver(url: string, stateDir: string, change: Partial<Report>): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  const identity = await loadDeviceIdentity(stateDir);
  if (!identity.ok) throw new Error(identity.failure.reason);
  const { deviceId, publicKey } = identity.value;
  const ended = report({
    id: randomUUID(),
    deviceId,
    deviceKey: toBase64(publicKey),
    model: MODEL as ModelId,
    fromVersion: DEMO_OLD_VERSION,
    toVersion: DEMO_NEW_VERSION,
    ...change,
  });
  const ports = { stateDir, repositoryUrl: url, http, clock: systemClock, identity: identity.value };
  const { why } = await deliverReports(ports, new AbortController().signal, [ended]);
  if (why !== null) throw new Error(`a report was not taken: ${why}`);
}

const RECEIVED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 200;

/** They come in by a queue. */
async function untilReceived(received: () => Promise<readonly unknown[]>, count: number): Promise<void> {
  const endsAt = Date.now() + RECEIVED_WITHIN_MS;
  while ((await received()).length < count) {
    if (Date.now() > endsAt) throw new Error(`not all of ${count} reports arrived`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
