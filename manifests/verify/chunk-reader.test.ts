import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import { openChunkReader } from './chunk-reader.ts';

const BASE = 'http://repository.invalid';

function chunkOf(text: string) {
  const content = Buffer.from(text.repeat(1000));
  const id = createHash('sha256').update(content).digest('hex');
  return {
    chunk: { id, sizeBytes: content.length, offsetBytes: 0 },
    content,
    stored: zstdCompressSync(content),
  };
}

async function reader(chunks: readonly ReturnType<typeof chunkOf>[], maxSpoolBytes?: number) {
  const asked: string[] = [];
  const opened = await openChunkReader(
    BASE,
    async (url) => {
      asked.push(url);
      const found = chunks.find(({ chunk }) => url.endsWith(`${chunk.id}.cacnk`));
      const body = new Uint8Array(found?.stored ?? Buffer.alloc(0));
      return ok({ status: found === undefined ? 404 : 200, body, retryAfterMs: 0 });
    },
    maxSpoolBytes,
  );
  return { ...opened, asked };
}

describe('the chunks of an audit', () => {
  it('are fetched once for all releases that share them', async () => {
    const one = chunkOf('one');
    const chunks = await reader([one]);
    for (let i = 0; i < 3; i++)
      expect(await chunks.read(one.chunk)).toEqual({ kind: 'content', content: one.content });
    expect(chunks.asked).toHaveLength(1);
    expect(chunks.seen()).toEqual({ chunkCount: 1, storedBytes: one.stored.length });
    await chunks.close();
  });

  it('take no more disk than they may, and those that were used last stay', async () => {
    const [a, b, c] = [chunkOf('aaa'), chunkOf('bbb'), chunkOf('ccc')];
    const chunks = await reader([a, b, c], 2 * a.content.length);
    for (const { chunk } of [a, b, a, c, a, b]) await chunks.read(chunk);
    // c took the place of b, which had to come again.
    expect(chunks.asked.map((url) => [a, b, c].findIndex(({ chunk }) => url.includes(chunk.id)))).toEqual([
      0, 1, 2, 1,
    ]);
    expect(chunks.seen().chunkCount).toBe(3);
    await chunks.close();
  });

  it('are defective when they are lost, altered or of another size', async () => {
    const one = chunkOf('one');
    const chunks = await reader([{ ...one, stored: zstdCompressSync(Buffer.from('other')) }]);
    expect(await chunks.read(one.chunk)).toMatchObject({ kind: 'defective', id: one.chunk.id });
    expect(await chunks.read(chunkOf('lost').chunk)).toMatchObject({ sentence: 'Not served: status 404.' });
    await chunks.close();
  });
});
