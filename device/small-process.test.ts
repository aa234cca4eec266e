import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { becomeSmall, type Restartable } from './small-process.ts';

const argv = ['/node', '/cistern.mjs', 'status', '--json'];
const big = { argv, execArgv: ['--import', 'x'], execPath: '/node', env: { HOME: '/root' } };

describe('a process', () => {
  it('starts itself once more, with all that it was started with', () => {
    const execve = vi.fn();
    becomeSmall({ ...big, execve } as unknown as Restartable);
    expect(execve).toHaveBeenCalledWith(
      '/node',
      ['/node', '--max-semi-space-size=1', '--import', 'x', '/cistern.mjs', 'status', '--json'],
      expect.objectContaining({ HOME: '/root', MALLOC_MMAP_THRESHOLD_: '131072' }),
    );
  });

  it.each(['MALLOC_ARENA_MAX', 'MALLOC_TRIM_THRESHOLD_'])('does not where somebody chose %s', (name) => {
    const execve = vi.fn();
    becomeSmall({ ...big, env: { [name]: '4' }, execve } as unknown as Restartable);
    expect(execve).not.toHaveBeenCalled();
  });

  it('goes on as it is where Node has no execve', () => {
    expect(() => becomeSmall(big)).not.toThrow();
  });

  it('keeps its arguments and its exit code, and this V8 knows every flag', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['device/bin.ts', 'exit-codes'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('64');
    expect(stderr).toBe('');
    expect(() =>
      execFileSync(process.execPath, ['device/bin.ts', 'frobnicate'], { stdio: 'ignore' }),
    ).toThrow(expect.objectContaining({ status: 64 }));
  });
});
