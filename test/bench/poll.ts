/** Whether an unchanged poll takes longer when the repository holds more models. */
import { cp } from 'node:fs/promises';
import { copyName } from '../support/copy-models.ts';
import { MODEL } from '../support/repository.ts';
import type { Comparison } from './comparison.ts';
import { PASS_THROUGH, pollPath } from './edge.ts';
import {
  EDGE_WARM_UP_REQUESTS,
  FEW_MODELS,
  MANY_MODELS,
  POLL_REQUESTS,
  POLL_ROUNDS,
  ROUNDS_BUDGET_MS,
  SEED_BATCH,
} from './limits.ts';
import { putLoad } from './load.ts';
import { roundsWithin } from './rounds.ts';
import { RELEASE, type Scene } from './scene.ts';
import { percentile } from './statistics.ts';

/** Different models that are polled: as many as the smaller repository has. */
const POLLED_MODELS = FEW_MODELS;

export async function benchPoll(scene: Scene): Promise<Comparison[]> {
  await scene.published(RELEASE);
  const few = await scene.copyOfStores('few-models');
  const many = await scene.scratch('many-models');
  const seeder = await scene.workerOn(few, PASS_THROUGH);
  await seed(seeder.url, 0, FEW_MODELS);
  await seeder.stop();
  await cp(few, many, { recursive: true });
  const seederOfMany = await scene.workerOn(many, PASS_THROUGH);
  const startedMs = performance.now();
  await seed(seederOfMany.url, FEW_MODELS, MANY_MODELS - FEW_MODELS);
  const seededSeconds = (performance.now() - startedMs) / 1000;
  await seederOfMany.stop();

  const workers = [await scene.workerOn(few), await scene.workerOn(many)];
  const sides = [];
  for (const [i, worker] of workers.entries()) {
    const step = i === 0 ? 1 : MANY_MODELS / POLLED_MODELS;
    const models = Array.from({ length: POLLED_MODELS }, (_, n) => copyName(n * step));
    const paths = await Promise.all(models.map((model) => pollPath(worker.url, model)));
    const side = { origin: worker.url, paths, connections: 1 };
    await putLoad({ ...side, requests: EDGE_WARM_UP_REQUESTS });
    sides.push({ ...side, latenciesMs: [] as number[] });
  }
  for (const _ of roundsWithin(POLL_ROUNDS, ROUNDS_BUDGET_MS)) {
    for (const side of sides) {
      const load = await putLoad({ ...side, requests: POLL_REQUESTS });
      side.latenciesMs.push(...load.latenciesMs);
    }
  }
  await Promise.all(workers.map((worker) => worker.stop()));
  const [fewLatencies = [], manyLatencies = []] = sides.map(({ latenciesMs }) => latenciesMs);
  const row = (share: number): Comparison => ({
    bench: 'poll',
    what: `unchanged poll among ${MANY_MODELS} models, 1 connection, p${share * 100}`,
    unit: 'ms',
    ours: percentile(manyLatencies, share),
    peer: { name: `among ${FEW_MODELS}`, figure: percentile(fewLatencies, share) },
  });
  return [
    {
      ...row(0.5),
      goal: { kind: 'ratio-at-most', bound: 1.1 },
      note:
        `each model is a row in D1 and a signed timestamp file in R2, copies of ${MODEL}'s under names of their own ` +
        `(an unchanged poll reads nothing else of a model); made in ${seededSeconds.toFixed(0)} s`,
    },
    row(0.99),
  ];
}

async function seed(url: string, from: number, count: number): Promise<void> {
  for (let done = 0; done < count; done += SEED_BATCH) {
    const batch = Math.min(SEED_BATCH, count - done);
    const query = new URLSearchParams({ original: MODEL, from: String(from + done), count: String(batch) });
    const answer = await fetch(`${url}/models?${query}`, { method: 'POST' });
    if (answer.status !== 204) throw new Error(`seeding: HTTP ${answer.status} ${await answer.text()}`);
  }
}
