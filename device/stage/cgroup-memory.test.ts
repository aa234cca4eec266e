import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cgroupAvailableBytes } from './cgroup-memory.ts';

const reading = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? null;

describe('what control groups leave', () => {
  it.each([
    ['nothing is limited', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' }, null],
    ['there are none', {}, null],
    ['what they say cannot be read', { '/proc/self/cgroup': 'nonsense' }, null],
    [
      'version 2 limits the unit, less what is used, plus cache that can be had back',
      {
        '/proc/self/cgroup': '0::/system.slice/cistern.service\n',
        '/sys/fs/cgroup/system.slice/cistern.service/memory.max': '100\n',
        '/sys/fs/cgroup/system.slice/cistern.service/memory.current': '60\n',
        '/sys/fs/cgroup/system.slice/cistern.service/memory.stat': 'anon 10\ninactive_file 25\n',
      },
      65,
    ],
    [
      'a group above leaves less',
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/sys/fs/cgroup/a/b/memory.max': '1000\n',
        '/sys/fs/cgroup/a/b/memory.current': '10\n',
        '/sys/fs/cgroup/a/memory.max': '100\n',
        '/sys/fs/cgroup/a/memory.current': '90\n',
      },
      10,
    ],
    [
      'version 1 limits it',
      {
        '/proc/self/cgroup': '9:name=systemd:/\n4:memory:/box\n0::/\n',
        '/sys/fs/cgroup/memory/box/memory.limit_in_bytes': '500\n',
        '/sys/fs/cgroup/memory/box/memory.usage_in_bytes': '700\n',
      },
      0,
    ],
  ])('when %s', (_, files, bytes) => {
    expect(cgroupAvailableBytes(reading(files))).toBe(bytes);
  });
});

const MIB = 1024 * 1024;
const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmdirSync(directory);
});

/** A real group below our own, or null where the system allows none. */
function aGroup(limitBytes: number): string | null {
  const own = /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const parent = own === undefined ? '/sys/fs/cgroup' : join('/sys/fs/cgroup/memory', own);
  const directory = join(parent, `cistern-test-${process.pid}`);
  try {
    mkdirSync(directory);
    made.push(directory);
    writeFileSync(
      join(directory, own === undefined ? 'memory.max' : 'memory.limit_in_bytes'),
      String(limitBytes),
    );
    return directory;
  } catch (error) {
    if (process.env.CI !== undefined && process.getuid?.() === 0) throw error;
    process.stderr.write('LOUD SKIP: no memory control group can be made here (root is needed)\n');
    return null;
  }
}

describe('a real control group', () => {
  it('of 150 MiB refuses a stage of 120 MiB that the machine would hold, with the numbers', ({ skip }) => {
    const group = aGroup(150 * MIB);
    if (group === null) return skip();
    const program = `
      import { prepareStage } from './device/stage/prepare-stage.ts';
      import { nodePlatform } from './device/stage/node-platform.ts';
      const stage = await prepareStage(
        { wanted: 'auto', neededBytes: ${120 * MIB}, platform: nodePlatform }, new AbortController().signal);
      if (stage.ok) await stage.value.release();
      console.log(JSON.stringify(stage));
    `;
    const shell = 'echo $$ > "$1/cgroup.procs" && exec "$2" --input-type=module -e "$3"';
    const said = execFileSync('sh', ['-c', shell, 'sh', group, process.execPath, program], {
      encoding: 'utf8',
    });
    const result = JSON.parse(said) as { failure: { availableBytes: number } };
    expect(result).toMatchObject({ ok: false, failure: { reason: 'not-enough-memory' } });
    expect(result.failure.availableBytes).toBeLessThan(150 * MIB);
  });
});
