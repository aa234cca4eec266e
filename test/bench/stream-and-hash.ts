/**
 * The peer of `bench memory`: a bare Node program that streams what the URLs in a file name, four at a time,
 * through SHA-256 into /dev/null.
 */
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import http from 'node:http';
import { PARALLEL } from './limits.ts';

const agent = new http.Agent({ keepAlive: true, maxSockets: PARALLEL });
const nowhere = createWriteStream('/dev/null');
const [urlFile = ''] = process.argv.slice(2);
const waiting = readFileSync(urlFile, 'utf8').trimEnd().split('\n').values();
let bytes = 0;

async function stream(): Promise<void> {
  for (const url of waiting) {
    const hash = createHash('sha256');
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get(url, { agent }, resolve).on('error', reject);
    });
    if (answer.statusCode !== 200) throw new Error(`${url}: HTTP ${answer.statusCode}`);
    for await (const piece of answer as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      if (!nowhere.write(piece)) await new Promise<void>((resolve) => nowhere.once('drain', resolve));
    }
    hash.digest('hex');
  }
}

await Promise.all(Array.from({ length: PARALLEL }, stream));
agent.destroy();
process.stdout.write(`${bytes}\n`);
