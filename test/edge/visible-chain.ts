/** What a model shows: its metadata followed as a TUF client follows it, its poll, its rollout. */
import { expect } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { rollout, rolloutEntry } from '../../shared/test-documents.ts';
import {
  aRelease,
  aTargets,
  EUGA,
  entryTarget,
  type Publisher,
  R06,
  R08,
  type Release,
} from './a-publisher.ts';
import type { Edge } from './an-edge.ts';
import { mustStore, putTargets, uploadRelease } from './publish.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;

export async function pollOf(edge: Edge, device: { root?: number; timestamp?: number }) {
  const path = `/v1/models/${EUGA}/poll?root=${device.root ?? 1}&timestamp=${device.timestamp ?? 0}`;
  const response = await edge.request(path);
  const text = await response.text();
  return { status: response.status, bytes: text.length, answer: pollAnswerSchema.parse(JSON.parse(text)) };
}

export async function metadataOf(edge: Edge, file: string, model = EUGA) {
  const response = await mustStore(await edge.request(`/v1/models/${model}/metadata/${file}`));
  const text = await response.text();
  return { text, signed: JSON.parse(text).signed, signatures: JSON.parse(text).signatures };
}

/** The visible chain, every length and digest checked. */
export async function chainOf(edge: Edge) {
  const timestamp = await metadataOf(edge, 'timestamp.json');
  const listed = timestamp.signed.meta['snapshot.json'];
  const snapshot = await metadataOf(edge, `${listed.version}.snapshot.json`);
  await expectListed(snapshot.text, listed);
  const meta = snapshot.signed.meta;
  const targets = await metadataOf(edge, `${meta['targets.json'].version}.targets.json`);
  const rollout = await metadataOf(edge, `${meta['rollout.json'].version}.rollout.json`);
  await expectListed(targets.text, meta['targets.json']);
  await expectListed(rollout.text, meta['rollout.json']);
  return { timestamp, snapshot, targets, rollout };
}

async function expectListed(
  text: string,
  listed: { version: number; length: number; hashes: { sha256: string } },
) {
  expect(listed).toEqual({
    version: JSON.parse(text).signed.version,
    length: utf8(text).length,
    hashes: { sha256: await sha256Hex(utf8(text)) },
  });
}

/** A rollout document of the one release of `published`. */
export const rolloutOf = (change: Record<string, unknown> = {}) => ({
  ...rollout(),
  releases: [rolloutEntry({ version: R06, percentage: 12.5, ...change })],
});

/** A second release after the one of `published`. */
export async function publishNext(edge: Edge, publisher: Publisher, release: Release): Promise<void> {
  const next = await aRelease(R08, { seed: 9 });
  await uploadRelease(edge, next);
  const targets = [entryTarget(), ...release.targets, ...next.targets];
  await mustStore(await putTargets(edge, 2, await aTargets(publisher, { version: 2, targets })));
}
