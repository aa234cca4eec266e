/**
 * What the updater would take with Node's global `fetch`: a program that streams what the URLs in a file name, four at a
 * time, through SHA-256, and keeps none of it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PARALLEL } from './limits.ts';

const [urlFile = ''] = process.argv.slice(2);
const waiting = readFileSync(urlFile, 'utf8').trimEnd().split('\n').values();
let bytes = 0;

async function stream(): Promise<void> {
  for (const url of waiting) {
    const hash = createHash('sha256');
    const answer = await fetch(url);
    if (!answer.ok || answer.body === null) throw new Error(`${url}: HTTP ${answer.status}`);
    for await (const piece of answer.body) {
      hash.update(piece);
      bytes += piece.length;
    }
    hash.digest('hex');
  }
}

await Promise.all(Array.from({ length: PARALLEL }, stream));
process.stdout.write(`${bytes}\n`);
