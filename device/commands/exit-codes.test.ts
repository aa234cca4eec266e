import { readFile } from 'node:fs/promises';
import { run } from '@stricli/core';
import { describe, expect, it } from 'vitest';
import { app } from '../app.ts';
import type { Context } from '../context.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { type InterruptingSignal, Interruption } from '../interruption.ts';

/** sysexits.h, what shells make of a signal, and those that neither names. */
const SYSEXITS = {
  OK: 0,
  FAILURE: 1,
  UNFINISHED: 2,
  USAGE: 64,
  DATA: 65,
  UNAVAILABLE: 69,
  SOFTWARE: 70,
  OS: 71,
  CANTCREAT: 73,
  IO: 74,
  TEMPORARY: 75,
  PROTOCOL: 76,
  NOT_PERMITTED: 77,
  CONFIG: 78,
  INTERRUPTED: 130,
};

describe('exit codes', () => {
  it('are those of sysexits.h, and stay so: monitoring relies on them', () => {
    const codes = Object.fromEntries(Object.entries(EXIT).map(([name, { code }]) => [name, code]));
    expect(codes).toEqual(SYSEXITS);
  });

  it.each([
    ['README.md', /^\| (\d+) \| (.+) \|$/gm],
    ['docs/updater.md', /^ {0,2}(\d{1,3}) {2}(.+)$/gm],
  ])('stand in %s as they are', async (file, row) => {
    const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    const table = [...text.slice(text.indexOf('## Exit codes')).matchAll(row)].map(([, code, means]) => [
      Number(code),
      means,
    ]);
    expect(table.slice(0, Object.keys(EXIT).length)).toEqual(
      Object.values(EXIT).map(({ code, means }) => [code, means]),
    );
  });

  it('of an interruption is 128 and the number of the signal', () => {
    const aborted = (name: InterruptingSignal) => AbortSignal.abort(new Interruption(name));
    expect(exitCodeOf('INTERRUPTED', aborted('SIGINT'))).toBe(130);
    expect(exitCodeOf('INTERRUPTED', aborted('SIGTERM'))).toBe(143);
    expect(exitCodeOf('INTERRUPTED', aborted('SIGHUP'))).toBe(129);
    expect(exitCodeOf('IO', aborted('SIGTERM'))).toBe(74);
  });

  it('are distinct, in code and in words', () => {
    const all = Object.values(EXIT);
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
    expect(new Set(all.map(({ means }) => means)).size).toBe(all.length);
  });

  async function told(...flags: readonly string[]): Promise<string> {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const context = { process: { stdout: stream, stderr: stream, env: {} }, stdout: stream, stderr: stream };
    await run(app, ['exit-codes', ...flags], context as unknown as Context);
    return written.join('');
  }

  it('are told to machines as one document', async () => {
    const document = { format: 'cistern-exit-codes/1', codes: Object.values(EXIT) };
    expect(JSON.parse(await told('--json'))).toEqual(document);
  });

  it('are listed by their own command, a line each', async () => {
    expect((await told()).trimEnd().split('\n')).toEqual(
      Object.values(EXIT).map(({ code, means }) => `${String(code).padStart(3)}  ${means}`),
    );
  });
});
