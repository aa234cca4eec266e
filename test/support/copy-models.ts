/**
 * Fills a repository with many models, from inside a Worker, because only a Worker writes R2 quickly: copies of one
 * that is published, under names of their own. What a poll reads of them is there; no client accepts them, for what
 * is signed names the original.
 */

/** The little of R2 and D1 that is used here. */
export type StoredFile = {
  readonly customMetadata?: Record<string, string>;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
};
export type FileStore = {
  readonly get: (key: string) => Promise<StoredFile | null>;
  readonly put: (key: string, bytes: ArrayBuffer, options?: object) => Promise<unknown>;
};
type Statement<S> = { readonly bind: (...values: readonly unknown[]) => S };
type Database<S extends Statement<S>> = {
  readonly prepare: (sql: string) => S;
  readonly batch: (statements: S[]) => Promise<unknown>;
};

export type Copies = {
  /** The model that is published. */
  readonly original: string;
  readonly from: number;
  readonly count: number;
  /** Of one model in so many the files that a poll with news reads are copied too; of the others the timestamp alone. */
  readonly wholeEvery?: number;
};

/** `bench/m00042-m4g`. */
export function copyName(number: number): string {
  return `bench/${productOf(number)}`;
}

function productOf(number: number): string {
  return `m${String(number).padStart(5, '0')}-m4g`;
}

export async function copyModels<S extends Statement<S>>(
  bucket: FileStore,
  db: Database<S>,
  { original, from, count, wholeEvery = Number.POSITIVE_INFINITY }: Copies,
): Promise<void> {
  const timestamp = await bucket.get(metadataKey(original, 'timestamp.json'));
  if (timestamp === null) throw new Error(`${original} is not published`);
  const { customMetadata } = timestamp;
  const bytes = await timestamp.arrayBuffer();
  const rest =
    wholeEvery === Number.POSITIVE_INFINITY ? [] : await readRest(bucket, original, customMetadata);
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  await Promise.all(
    numbers.map(async (number) => {
      const model = copyName(number);
      if (number % wholeEvery === 0) {
        for (const file of rest) await bucket.put(metadataKey(model, file.name), file.bytes);
      }
      await bucket.put(metadataKey(model, 'timestamp.json'), bytes, { customMetadata });
    }),
  );
  const insert = db.prepare(
    `INSERT INTO models SELECT 'bench/' || ?1, ?1, name, targets_version, newest_version, release_count, entry, releases,
       updated_at FROM models WHERE model = ?2`,
  );
  await db.batch(numbers.map((number) => insert.bind(productOf(number), original)));
}

/** Snapshot, targets and rollout, as the state beside the timestamp names them (edge/metadata/published.ts). */
async function readRest(
  bucket: FileStore,
  original: string,
  customMetadata: Record<string, string> = {},
): Promise<readonly { readonly name: string; readonly bytes: ArrayBuffer }[]> {
  const state = JSON.parse(customMetadata['cistern-state'] ?? '{}') as Record<string, unknown>;
  const names = ['snapshot', 'targets', 'rollout'].map((role) => `${state[`${role}Version`]}.${role}.json`);
  return Promise.all(
    names.map(async (name) => {
      const file = await bucket.get(metadataKey(original, name));
      if (file === null) throw new Error(`${name} of ${original} is not stored`);
      return { name, bytes: await file.arrayBuffer() };
    }),
  );
}

function metadataKey(model: string, file: string): string {
  return `models/${model}/metadata/${file}`;
}
