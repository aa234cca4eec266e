import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@stricli/core';
import { describe, expect, it } from 'vitest';
import { EXPIRES_AFTER_MS } from '../../shared/trust/roles.ts';
import { app } from '../app.ts';
import { systemClock } from '../clock.ts';
import { buildContext, type Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { setUpDevice } from '../repository/test-device.ts';

const at = setUpDevice();
/** The test runner's own signals are no business of the command. */
const quietProcess = Object.create(process, { on: { value: () => {} } }) as NodeJS.Process;

async function trust(flags: readonly string[] = [], nowMs = Date.now(), root = at.root) {
  const said = { stdout: '', stderr: '', code: 0 };
  const rootFile = join(at.stateDir, 'root.json');
  writeFileSync(rootFile, root);
  const context: Context = {
    ...buildContext(quietProcess),
    environment: {},
    clock: { ...systemClock, nowMs: () => nowMs },
    stdout: {
      write: (text) => {
        said.stdout += text;
      },
    },
    stderr: {
      write: (text) => {
        said.stderr += text;
      },
    },
    setExitCode: (code) => {
      said.code = code;
    },
  };
  await run(app, ['trust', '--state', at.stateDir, '--root', rootFile, ...flags], context);
  return said;
}

describe('cistern trust', () => {
  it('shows the pinned root before anything was polled', async () => {
    const { stdout, code } = await trust();
    expect(code).toBe(EXIT.OK.code);
    expect(stdout).toMatch(
      /pinned root .*root\.json\n +root +1 +expires 20\S+ \(in \d+ d\) +2 of 3: \w{12} /,
    );
    expect(stdout).toContain('no repository was asked from here yet');
  });

  it('shows every role of a model that is believed', async () => {
    await at.expectView();
    const { stdout, code } = await trust();
    expect(code).toBe(EXIT.OK.code);
    expect(stdout).toContain('quectel/ec25euga-m4g  believed');
    for (const role of ['root', 'targets', 'snapshot', 'timestamp', 'rollout']) {
      expect(stdout).toMatch(new RegExp(`^  ${role} +1 +expires`, 'm'));
    }
  });

  it('says what has expired, and ends with its code', async () => {
    await at.expectView();
    const { stdout, stderr, code } = await trust([], Date.now() + EXPIRES_AFTER_MS.timestamp);
    expect(code).toBe(EXIT.DATA.code);
    expect(stdout).toContain('not believed');
    expect(stdout).toMatch(/timestamp .*\(EXPIRED\)/);
    expect(stderr).toContain('expired');
  });

  it('is one document for machines', async () => {
    await at.expectView();
    const { stdout } = await trust(['--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'cistern-trust/1',
      pinned: { role: 'root', version: 1 },
      models: [{ model: 'quectel/ec25euga-m4g', failure: null, roles: [{ role: 'root' }, {}, {}, {}, {}] }],
    });
  });

  it('refuses a pinned root that is none', async () => {
    const { code, stderr } = await trust([], Date.now(), '{}');
    expect(code).toBe(EXIT.CONFIG.code);
    expect(stderr).toContain('pinned root');
  });
});
