/**
 * A publication into a Worker that dies right after every single write of it, into R2 or D1, and is sent again. What is
 * visible in between is the former state or the new one, whole; what is sent again ends as if nothing had been.
 */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { rollout, rolloutEntry } from '../../shared/test-documents.ts';
import { aPublisher, aRelease, aRoot, EUGA, type Publisher, R06, R08, type Release } from './a-publisher.ts';
import { anEdge, type Edge, edgeOn } from './an-edge.ts';
import { mustStore, publish, putRollout } from './publish.ts';
import { chainOf } from './visible-chain.ts';

/** After so many writes everything that is asked of bucket and database fails. */
type Life = { writesLeft: number; writes: number };

class Killed extends Error {}

function mortal<T extends object>(life: Life, target: T, writes: readonly string[]): T {
  return new Proxy(target, {
    get(_, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (life.writesLeft <= 0) throw new Killed();
        if (!writes.includes(String(name))) {
          const answer = member.apply(target, args);
          // A prepared statement writes when it is run.
          return ['prepare', 'bind'].includes(String(name)) ? mortal(life, answer, ['run']) : answer;
        }
        life.writes++;
        life.writesLeft--;
        return member.apply(target, args);
      };
    },
  });
}

/** What an operator's tool sends, from the root to the rollout; always the same bytes. */
async function send(edge: Edge, publisher: Publisher, releases: readonly Release[]): Promise<void> {
  await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
  await publish(edge, publisher, { version: releases.length, releases });
  const entries = releases.map(({ manifest: { version } }) => rolloutEntry({ version }));
  await mustStore(await putRollout(edge, { ...rollout(), releases: entries }));
}

/** The versions that are visible, of which everything is there; `null` where the model is not there. */
async function visible(edge: Edge, releases: readonly Release[]): Promise<readonly string[] | null> {
  const timestamp = await edge.request(`/v1/models/${EUGA}/metadata/timestamp.json`);
  if (timestamp.status === 404) return null;
  const chain = await chainOf(edge);
  const listed = { ...chain.targets.signed.targets, ...chain.rollout.signed.targets };
  for (const [path, { hashes }] of Object.entries<{ hashes: { sha256: string } }>(listed)) {
    const at = path.replace(/[^/]*$/, (name) => `${hashes.sha256}.${name}`);
    await mustStore(await edge.request(`/v1/models/${EUGA}/targets/${at}`));
  }
  const shown = releases.filter(({ manifest }) => `${EUGA}/${manifest.version}.json` in listed);
  for (const { id } of shown.flatMap(({ chunks }) => chunks))
    await mustStore(await edge.request(`/v1/chunks/${chunkPath(id)}`));
  return shown.map(({ manifest }) => manifest.version);
}

/** All that can be seen but for when it was signed. */
async function whole(edge: Edge) {
  const { targets, rollout: role } = await chainOf(edge);
  const row = await mustStore(await edge.request(`/v1/models/${EUGA}`));
  return { targets: targets.text, rollout: role.signed.targets, row: await row.json() };
}

it.each([
  ['the first release of a model', []],
  ['a second release', [R06]],
])(
  'a publication of %s that is cut after any write is never half visible, and ends alike when it is sent again',
  async (_, former) => {
    const publisher = await aPublisher();
    const releases = await Promise.all([...former, R08].map((version, seed) => aRelease(version, { seed })));
    const begun = async () => {
      const edge = await anEdge();
      if (former.length > 0) await send(edge, publisher, releases.slice(0, -1));
      return edge;
    };
    const uncut = await begun();
    const life = { writesLeft: Number.POSITIVE_INFINITY, writes: 0 };
    await send(await mortalEdge(uncut, life), publisher, releases);
    expect(life.writes).toBeGreaterThan(10);
    const wanted = await whole(uncut);

    const seen = new Set<string>();
    for (let write = 1; write <= life.writes; write++) {
      const edge = await begun();
      const dying = await mortalEdge(edge, { writesLeft: write, writes: 0 });
      await send(dying, publisher, releases).catch(() => 'the Worker is gone');
      seen.add(String(await visible(edge, releases)));
      await send(edge, publisher, releases);
      expect(await whole(edge), `sent again after write ${write}`).toEqual(wanted);
    }
    const all = releases.map(({ manifest }) => manifest.version);
    expect([...seen].sort()).toEqual([String(former.length === 0 ? null : former), String(all)].sort());
  },
);

/** The same storage through an isolate that dies; its queue takes nothing either. */
function mortalEdge({ bucket, clock }: Edge, life: Life): Promise<Edge> {
  return edgeOn(mortal(life, bucket, ['put']), { clock, db: mortal(life, env.DB, ['batch']) });
}
