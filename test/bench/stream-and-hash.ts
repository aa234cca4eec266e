/**
 * The peer of `bench memory`: a bare Node program that streams what the URLs in a file name, four at a time,
 * through SHA-256 into /dev/null.
 */
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import { hashUrls } from './hash-urls.ts';
import { PARALLEL } from './limits.ts';

const agent = new http.Agent({ keepAlive: true, maxSockets: PARALLEL });
const nowhere = createWriteStream('/dev/null');

async function open(url: string): Promise<AsyncIterable<Buffer>> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, { agent }, resolve).on('error', reject);
  });
  if (answer.statusCode !== 200) throw new Error(`${url}: HTTP ${answer.statusCode}`);
  return answer;
}

function write(piece: Uint8Array): Promise<void> | undefined {
  return nowhere.write(piece) ? undefined : new Promise((resolve) => nowhere.once('drain', resolve));
}

await hashUrls(process.argv[2] ?? '', open, write);
agent.destroy();
