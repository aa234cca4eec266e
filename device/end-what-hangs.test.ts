import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('a process that a dead file holds ends with its own code all the same', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cistern-hangs-'));
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const program = `
    import { open } from 'node:fs/promises';
    import { endWhatHangs } from '${import.meta.dirname}/end-what-hangs.ts';
    open('${pipe}', 'r');
    process.exitCode = 75;
    endWhatHangs(process);`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
  rmSync(directory, { recursive: true });
  expect({ status: ended.status, signal: ended.signal }).toEqual({ status: 75, signal: null });
});
