import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../shared/bytes.ts';
import { layOutTar, tarBytes } from './tar.ts';

function sourceOf(contents: Record<string, Uint8Array>) {
  const files = Object.entries(contents)
    .map(([path, bytes]) => ({ path, sizeBytes: bytes.length }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files,
    async *read(path: string) {
      const bytes = contents[path] as Uint8Array;
      for (let at = 0; at < bytes.length; at += 300) yield bytes.subarray(at, at + 300);
    },
  };
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return concatBytes(parts);
}

const CONTENTS = {
  'update/tz.mbn': utf8('t'.repeat(1000)),
  'contents.xml': utf8('<contents/>'),
  'update/empty.bin': new Uint8Array(),
  'update/firehose/block.mbn': utf8('b'.repeat(512)),
  [`update/${'n'.repeat(93)}`]: utf8('long name'),
};

describe('the package tar', () => {
  it('is the same bytes on every run', async () => {
    const digest = async () =>
      createHash('sha256')
        .update(await collect(tarBytes(sourceOf(CONTENTS))))
        .digest('hex');
    expect(await digest()).toBe(await digest());
    expect(await digest()).toMatchInlineSnapshot(
      `"75ca714a9c45b9b187e2927a2f5c991c3d459f65fd76132d613a3fa99f0d4273"`,
    );
  });

  it('holds every file at the offset the layout says', async () => {
    const source = sourceOf(CONTENTS);
    const layout = layOutTar(source.files);
    const tar = await collect(tarBytes(source));
    expect(tar.length).toBe(layout.sizeBytes);
    for (const { path, offsetBytes, sizeBytes } of layout.files) {
      const found = tar.subarray(offsetBytes, offsetBytes + sizeBytes);
      expect(Buffer.compare(found, CONTENTS[path] as Uint8Array), path).toBe(0);
    }
  });

  it('is an ordinary tar: sorted, without times, owners or extensions', async () => {
    const reader = extract();
    Readable.from([Buffer.from(await collect(tarBytes(sourceOf(CONTENTS))))]).pipe(reader);
    const headers = [];
    for await (const entry of reader) {
      headers.push(entry.header);
      entry.resume();
    }
    expect(headers.map(({ name }) => name)).toEqual(Object.keys(CONTENTS).sort());
    for (const header of headers) {
      expect(header).toMatchObject({ type: 'file', mode: 0o644, uid: 0, gid: 0, uname: '', gname: '' });
      expect(header.mtime?.getTime()).toBe(0);
      expect(header.pax).toBeNull();
    }
  });

  it('shows every file byte once as it passes', async () => {
    const seen: Record<string, number> = {};
    await collect(
      tarBytes(sourceOf(CONTENTS), (path, bytes) => {
        seen[path] = (seen[path] ?? 0) + bytes.length;
      }),
    );
    expect(seen).toEqual({
      'update/tz.mbn': 1000,
      'contents.xml': 11,
      'update/firehose/block.mbn': 512,
      [`update/${'n'.repeat(93)}`]: 9,
    });
  });

  it('fails when a file is not as long as it was when it was listed', async () => {
    const source = sourceOf(CONTENTS);
    const shrunk = {
      ...source,
      files: source.files.map((file) =>
        file.path === 'update/tz.mbn' ? { ...file, sizeBytes: 1001 } : file,
      ),
    };
    await expect(collect(tarBytes(shrunk))).rejects.toThrow('Size mismatch');
  });

  it('fails when a file cannot be read to its end', async () => {
    const source = {
      ...sourceOf(CONTENTS),
      read(path: string): AsyncIterable<Uint8Array> {
        return path === 'update/tz.mbn' ? Readable.from(failing()) : sourceOf(CONTENTS).read(path);
      },
    };
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield utf8('some');
      throw new Error('EIO');
    }
    await expect(collect(tarBytes(source))).rejects.toThrow('EIO');
  });
});
