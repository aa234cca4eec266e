/** A whole body of the S3 API, within a time: a store that stalls after its first bytes must not hold a request for ever. */
import { concatBytes } from '../../shared/bytes.ts';
import { S3_TIMEOUT_MS } from '../limits.ts';

/** Throws where more than `maxBytes` come, or the end does not come in S3_TIMEOUT_MS; the rest is not fetched then. */
export async function readWhole(
  { body }: Pick<Response, 'body'>,
  what: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  let isLate = false;
  // A read that waits ends with the body.
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, S3_TIMEOUT_MS);
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new Error(`the S3 store did not send ${what} whole in ${S3_TIMEOUT_MS / 1000} s`);
      if (done) return concatBytes(parts);
      sizeBytes += value.length;
      if (sizeBytes > maxBytes) {
        await reader.cancel();
        throw new Error(`${what} is larger than ${maxBytes} bytes`);
      }
      parts.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}
