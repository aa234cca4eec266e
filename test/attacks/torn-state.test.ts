/** What a power cut leaves of the trusted metadata, at every byte: always a device that can go on. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { loadTrusted, saveTrusted } from '../../device/repository/trusted-state.ts';
import { sha256Hex } from '../../shared/digest.ts';

const at = setUpDevice();
const load = () => loadTrusted(at.trustDirectory(), at.root);

/** Before the first poll. */
const FRESH = { roots: [], files: {}, isWhole: false };

describe('the file of trusted metadata', () => {
  it('cut at any byte, or with any byte changed, counts as none', async () => {
    await at.expectView();
    const path = at.trustedPath();
    const whole = readFileSync(path);
    expect((await load()).isWhole).toBe(true);
    for (let lengthBytes = 0; lengthBytes < whole.length; lengthBytes++) {
      writeFileSync(path, whole.subarray(0, lengthBytes));
      expect(await load()).toMatchObject(FRESH);
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(lengthBytes) ^ 1, lengthBytes);
      writeFileSync(path, changed);
      expect(await load()).toMatchObject(FRESH);
    }
    writeFileSync(path, whole);
    expect((await load()).isWhole).toBe(true);
  });

  it('cut anywhere costs one full poll, and nothing else', async () => {
    await at.expectView();
    const path = at.trustedPath();
    const whole = readFileSync(path);
    const stepBytes = Math.ceil(whole.length / 40);
    for (let lengthBytes = 0; lengthBytes < whole.length; lengthBytes += stepBytes) {
      writeFileSync(path, whole.subarray(0, lengthBytes));
      at.server.asked.length = 0;
      await at.expectView();
      expect(at.server.asked[0]).toContain('root=1&timestamp=0');
      expect(readFileSync(path)).toEqual(whole);
    }
  });

  it('is not the one being written: cut at any byte of the next, the former is whole', async () => {
    await at.expectView();
    const before = await load();
    const next = { ...before, isWhole: false };
    const scratch = join(at.stateDir, 'next');
    await saveTrusted(scratch, next);
    const bytes = readFileSync(join(scratch, 'trusted.json'));
    const beside = join(at.trustDirectory(), '.trusted.json.new');
    for (let lengthBytes = 0; lengthBytes <= bytes.length; lengthBytes++) {
      writeFileSync(beside, bytes.subarray(0, lengthBytes));
      expect(await load()).toEqual(before);
    }
    await saveTrusted(at.trustDirectory(), next);
    expect(existsSync(beside)).toBe(false);
    expect(await load()).toEqual(next);
  });

  it('that cannot be written says which directory is in the way', async () => {
    writeFileSync(join(at.stateDir, 'trust'), 'a file');
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'state-unusable', code: 'ENOTDIR' } });
  });

  it('lost with its whole directory costs one full poll', async () => {
    await at.expectView();
    rmSync(at.trustDirectory(), { recursive: true });
    mkdirSync(at.trustDirectory(), { recursive: true });
    writeFileSync(join(at.trustDirectory(), '.trusted.json.new'), 'half');
    await at.expectView();
  });
});

describe('a kept target', () => {
  it('cut anywhere is fetched again', async () => {
    await at.expectView();
    const entry = at.repository.documents['model.json'] ?? new Uint8Array();
    const path = join(at.trustDirectory(), 'targets', await sha256Hex(entry as Uint8Array<ArrayBuffer>));
    const stepBytes = Math.ceil(entry.length / 40);
    for (let lengthBytes = 0; lengthBytes < entry.length; lengthBytes += stepBytes) {
      writeFileSync(path, entry.subarray(0, lengthBytes));
      at.server.asked.length = 0;
      await at.expectView();
      expect(at.server.asked).toHaveLength(2);
      expect(readFileSync(path)).toEqual(Buffer.from(entry));
    }
  });
});
