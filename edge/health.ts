/** `GET /healthz`: what was looked at, and what was found. */
import type * as z from 'zod';
import type { healthSchema } from './health-schema.ts';
import { jsonAnswer, NEVER } from './http/answer.ts';
import type { MetadataRepository } from './metadata/repository.ts';
import { newestRootVersion, readRoot, trustsSigners } from './metadata/roots.ts';

type Health = z.infer<typeof healthSchema>;

/** 200 when all is well, 503 otherwise. A repository without a root is well: it is new. */
export async function answerHealth(
  repository: MetadataRepository,
  { db, reports }: { readonly db: D1Database; readonly reports: Queue },
): Promise<Response | null> {
  const checks = [
    await check(
      'bucket: list roots',
      async () => `newest root is ${await newestRootVersion(repository.bucket)}`,
    ),
    await check('d1: read models', async () => {
      await db.prepare('SELECT model FROM models LIMIT 1').first();
      return 'readable';
    }),
    await check('queue: ask for its length', async () => `${(await reports.metrics()).backlogCount} wait`),
    await check('keys: online keys are loaded and named by the root', () => describeKeys(repository)),
  ];
  const status = checks.every(({ ok }) => ok) ? 'ok' : 'failing';
  const body: Health = { status, checks };
  return jsonAnswer(body, NEVER, status === 'ok' ? 200 : 503);
}

async function check(name: string, look: () => Promise<string>): Promise<Health['checks'][number]> {
  try {
    return { name, ok: true, found: await look() };
  } catch (error) {
    console.error(JSON.stringify({ event: 'health-check-failed', name, message: String(error) }));
    return { name, ok: false, found: 'failed; the log of the Worker says why' };
  }
}

async function describeKeys({ bucket, signers }: MetadataRepository): Promise<string> {
  const root = await readRoot(bucket, await newestRootVersion(bucket));
  if (root === null) return 'loaded; no root is stored yet';
  if (!trustsSigners(root, signers)) throw new Error('the newest root names other online keys');
  return 'loaded, and named by the newest root';
}
