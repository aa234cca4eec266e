/**
 * A key that a role lists under two ids would count twice towards its threshold: tuf-js counts ids, and ids need not
 * be hashes of their keys (TUF 4.2 asks that only different keys count).
 */
import * as z from 'zod';

const rootKeysSchema = z.object({
  signed: z.object({
    keys: z.record(z.string(), z.object({ keyval: z.object({ public: z.string() }) })),
    roles: z.record(z.string(), z.object({ keyids: z.array(z.string()) })),
  }),
});

/** The first role of a root that does so; null for none, and for what is no root, which tuf-js says better. */
export function findRepeatedKey(rootText: string): string | null {
  const root = rootKeysSchema.safeParse(parseJson(rootText)).data?.signed;
  if (root === undefined) return null;
  for (const [name, { keyids }] of Object.entries(root.roles)) {
    const keys = [...new Set(keyids)].flatMap((id) => root.keys[id]?.keyval.public ?? []);
    if (new Set(keys).size < keys.length) return name;
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
