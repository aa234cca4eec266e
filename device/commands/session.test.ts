import { describe, expect, it } from 'vitest';
import { OPENWRT_SIGN } from '../config.ts';
import { buildContext } from '../context.ts';
import { readSettings } from './session.ts';

describe('the settings of a command', () => {
  it.each([
    ['on OpenWrt', OPENWRT_SIGN, '/etc/cistern/state'],
    ['elsewhere', '/etc/debian_version', '/var/lib/cistern'],
  ])('%s lead root to the state that the schedule uses, too', async (_, there, stateDir) => {
    const quiet = Object.create(process, { on: { value: () => {} } }) as NodeJS.Process;
    const readTextFile = async (path: string) => (path === there ? 'x' : null);
    const context = { ...buildContext(quiet), environment: {}, isRoot: true, readTextFile };
    expect(await readSettings(context, {}, undefined)).toEqual({
      ok: true,
      value: { settings: {}, stateDir },
    });
  });
});
