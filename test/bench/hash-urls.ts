/** What programs that measure memory have in common: the URLs that a file names, four at a time, through SHA-256. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PARALLEL } from './limits.ts';

/** Prints how many bytes came. `keep` has each piece before the next is asked for. */
export async function hashUrls(
  urlFile: string,
  open: (url: string) => Promise<AsyncIterable<Uint8Array>>,
  keep: (piece: Uint8Array) => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const waiting = readFileSync(urlFile, 'utf8').trimEnd().split('\n').values();
  let bytes = 0;
  const stream = async () => {
    for (const url of waiting) {
      const hash = createHash('sha256');
      for await (const piece of await open(url)) {
        hash.update(piece);
        bytes += piece.length;
        await keep(piece);
      }
      hash.digest('hex');
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, stream));
  process.stdout.write(`${bytes}\n`);
}
