/** Writing what is never replaced. The store itself checks the digest and that nothing was there. */
import { SHA256_METADATA } from '../../shared/bucket-keys.ts';
import { fromHex, toHex } from '../../shared/bytes.ts';
import { SHA256_HEX, sha256, sha256Hex } from '../../shared/digest.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

export type PutOutcome = 'stored' | 'same' | 'different';

const CREATE_ONLY = { etagDoesNotMatch: '*' } as const;

/** Stores bytes under a key that must be free, or says whether what is there is the same. */
export async function putOnce(
  bucket: ObjectStore,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<PutOutcome> {
  const digest = await sha256(bytes);
  const put = await bucket.put(key, bytes, { sha256: digest, onlyIf: CREATE_ONLY });
  if (put !== null) return 'stored';
  const there = await bucket.head(key);
  return there !== null && (await storedSha256(bucket, there)) === toHex(digest) ? 'same' : 'different';
}

/**
 * SHA-256 of the stored bytes in hex: as the store keeps it, as who wrote them said, or else of the bytes themselves,
 * which another tool put there.
 */
export async function storedSha256(bucket: ObjectStore, object: StoredObject): Promise<string> {
  const digest = storedDigest(object);
  if (digest !== null) return toHex(digest);
  const stored = await bucket.get(object.key);
  return stored === null ? '' : sha256Hex(await stored.bytes());
}

/** `null` where neither the store nor who wrote the bytes said it. */
export function storedDigest({ checksums, customMetadata }: StoredObject): Uint8Array | null {
  if (checksums.sha256 !== undefined) return new Uint8Array(checksums.sha256);
  const said = customMetadata?.[SHA256_METADATA] ?? '';
  return SHA256_HEX.test(said) ? fromHex(said) : null;
}
