import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';

const at = setUpConformance();
const bytes = (text: string) => new TextEncoder().encode(text);

/** A new version of a target, listed by targets metadata. */
async function publishTarget(path: string, content: string): Promise<void> {
  await at.repository.addArtifact('targets', path, content);
  await at.repository.publish('targets');
  await at.repository.updateSnapshot();
}

describe('a target', () => {
  it('is downloaded when it is asked for, not by a refresh', async () => {
    await publishTarget('target_file.txt', 'target file contents');
    await at.init();
    expect(await at.refresh()).toBe(0);
    expect(at.downloaded()).toEqual([]);
    expect(await at.download('target_file.txt')).toBe(0);
    expect(at.downloaded()).toEqual(['target file contents']);
  });

  it('may lie in a folder', async () => {
    await publishTarget('path/to/a/target_file.txt', 'target file contents');
    await at.init();
    expect(await at.download('path/to/a/target_file.txt')).toBe(0);
    expect(at.downloaded()).toEqual(['target file contents']);
  });

  it('may be one of several that are asked for at once', async () => {
    await publishTarget('one', 'first');
    await publishTarget('two', 'second');
    await at.init();
    expect(await at.download('one', 'two')).toBe(0);
    expect(at.downloaded()).toEqual(['first', 'second']);
  });

  it.each([
    ['of the same length', 'evil contents'],
    ['shorter', 'evil'],
    ['longer', 'much more evil contents'],
  ])('is refused when other bytes come, and what was there stays: %s', async (_name, evil) => {
    await publishTarget('one', 'good contents');
    await publishTarget('two', 'fine contents');
    await at.init();
    expect(await at.download('one')).toBe(0);
    at.repository.artifacts.set('one', bytes(evil));
    at.repository.artifacts.set('two', bytes(evil));
    expect(await at.download('one')).toBe(0);
    expect(await at.download('two')).toBe(1);
    expect(at.downloaded()).toEqual(['good contents']);
  });

  it('is replaced by its next version, over many versions, never by what was not listed', async () => {
    await publishTarget('target', 'contents 0');
    await at.init();
    expect(await at.download('target')).toBe(0);
    for (let version = 1; version <= 11; version++) {
      await publishTarget('target', `contents ${version}`);
      if (version % 5 !== 1) continue;
      expect(await at.download('target')).toBe(0);
      expect(at.downloaded()).toEqual([`contents ${version}`]);
      at.repository.artifacts.set('target', bytes(`evil ${version}`));
      await at.repository.publish('targets');
      await at.repository.updateSnapshot();
      await at.download('target');
      expect(at.downloaded()).toEqual([`contents ${version}`]);
    }
  });
});
