import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildContext } from './context.ts';
import { exitCodeOf } from './exit-code.ts';

function aProcess() {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const process = Object.assign(new EventEmitter(), streams, { env: {} });
  return { process, context: buildContext(process as unknown as NodeJS.Process) };
}

describe('the process', () => {
  it('outlives its terminal: a session over the very modem ends in the middle of a flashing', () => {
    const { process } = aProcess();
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(() => process.stderr.emit('error', gone)).not.toThrow();
    expect(() => process.stdout.emit('error', gone)).not.toThrow();
  });

  it('ends well when nobody reads what it says', async () => {
    const child = spawn(process.execPath, ['device/bin.ts', 'exit-codes'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('does not wait for an answer after Ctrl-C', async () => {
    const { process, context } = aProcess();
    const answer = context.askLine('Flash? ');
    process.emit('SIGINT');
    expect(await answer).toBeNull();
    expect(context.signal.aborted).toBe(true);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends after %s with %i', (name, code) => {
    const { process, context } = aProcess();
    process.emit(name);
    expect(exitCodeOf('INTERRUPTED', context.signal)).toBe(code);
  });

  it('asks and hears', async () => {
    const { process, context } = aProcess();
    const answer = context.askLine('Flash? ');
    process.stdin.write('yes\n');
    expect(await answer).toBe('yes');
    expect(process.stderr.read()?.toString()).toBe('Flash? ');
  });
});
