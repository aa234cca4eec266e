/** Writing what is never replaced. R2 itself checks the digest and that nothing was there. */
import { toHex } from '../../shared/bytes.ts';
import { sha256 } from '../../shared/digest.ts';

export type PutOutcome = 'stored' | 'same' | 'different';

const CREATE_ONLY = { etagDoesNotMatch: '*' } as const;

/** Stores bytes under a key that must be free, or says whether what is there is the same. */
export async function putOnce(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<PutOutcome> {
  const digest = await sha256(bytes);
  const put = await bucket.put(key, bytes, { sha256: digest, onlyIf: CREATE_ONLY });
  if (put !== null) return 'stored';
  const there = await bucket.head(key);
  return there !== null && storedSha256(there) === toHex(digest) ? 'same' : 'different';
}

/** SHA-256 of the stored bytes as R2 keeps it, in hex; `null` for objects that were written without. */
export function storedSha256(object: R2Object): string | null {
  return object.checksums.sha256 === undefined ? null : toHex(new Uint8Array(object.checksums.sha256));
}
