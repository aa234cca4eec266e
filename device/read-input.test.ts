import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INPUT_MAX_BYTES, inputReader } from './read-input.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cistern-input-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const none = Readable.from([]);

describe('what is handed over', () => {
  it('is read from a file', async () => {
    const path = join(directory, 'log');
    await writeFile(path, 'one\ntwo\n');
    const read = await inputReader(none)(path);
    expect(read.ok && read.value.toString()).toBe('one\ntwo\n');
  });

  it('is read from standard input', async () => {
    const read = await inputReader(Readable.from([Buffer.from('one\n'), Buffer.from('two\n')]))('-');
    expect(read.ok && read.value.toString()).toBe('one\ntwo\n');
  });

  it.each([
    ['missing', 'there is no such file'],
    ['.', 'it is a directory'],
  ])('cannot be read where %s', async (name, why) => {
    const path = join(directory, name);
    expect(await inputReader(none)(path)).toEqual({
      ok: false,
      failure: { reason: 'input-unreadable', path, why },
    });
  });

  it('without end is given up', async () => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(1024 * 1024));
      },
    });
    const read = await inputReader(endless)('-');
    expect(read).toEqual({
      ok: false,
      failure: { reason: 'input-too-large', path: '-', maxBytes: INPUT_MAX_BYTES },
    });
    expect(endless.destroyed).toBe(true);
  });

  it('is not waited for after an interruption', async () => {
    const controller = new AbortController();
    const reading = inputReader(new PassThrough())('-', controller.signal);
    controller.abort();
    expect(await reading).toEqual({ ok: false, failure: { reason: 'interrupted' } });
  });
});
