/** A browser must be able to run Sahara and Firehose: nothing that they import is of Node, however far away. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** Runs anywhere; shared/release.ts has its schemas from it. */
const PURE_PACKAGES = ['zod'];
const ROOMS = ['device/sahara', 'device/firehose'];

/** Modules that are there when the program runs; types are gone by then. */
function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s(?!type\s)[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** Every module that is reached, relative ones as paths below the repository. */
function reachedFrom(starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>(starts);
  for (const module of reached) {
    if (!module.startsWith(ROOT)) continue;
    for (const wanted of importsOf(module))
      reached.add(wanted.startsWith('.') ? join(dirname(module), wanted) : wanted);
  }
  return reached;
}

describe('Sahara and Firehose', () => {
  const isOurs = (name: string) =>
    name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('scripted-');
  const starts = ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, room))
      .filter(isOurs)
      .map((name) => join(ROOT, room, name)),
  );
  const reached = [...reachedFrom(starts)];

  it('reach files of their rooms and of shared, and nothing of Node', () => {
    expect(starts.length).toBeGreaterThan(20);
    const allowed = [...ROOMS, 'shared'].map((room) => join(ROOT, room, '/'));
    const isAllowed = (module: string) => allowed.some((room) => module.startsWith(room));
    expect(reached.filter((module) => !isAllowed(module))).toEqual(PURE_PACKAGES);
  });

  it('use no global of Node', () => {
    const used = reached
      .filter((module) => module.startsWith(ROOT))
      .filter((module) =>
        /\b(process|Buffer|require|__dirname|setImmediate)\b[.(]/.test(readFileSync(module, 'utf8')),
      );
    expect(used).toEqual([]);
  });

  it('would be caught: the walk finds the Node modules of a file that has some', () => {
    const found = reachedFrom([join(ROOT, 'device/update/flash-session.ts')]);
    expect([...found].filter((module) => module.startsWith('node:'))).toContain('node:crypto');
  });
});
