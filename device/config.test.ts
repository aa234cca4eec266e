import { describe, expect, it } from 'vitest';
import { mergeSettings, requireSetting, stateDirectory } from './config.ts';
import { usableMirrors } from './fetch/judge-mirror.ts';

const path = '/etc/cistern/config.json';
const file = (settings: object | null) => ({
  path,
  text: settings === null ? null : JSON.stringify(settings),
});

describe('settings', () => {
  it('come from flags, then variables, then the file, each setting by itself', () => {
    const merged = mergeSettings(
      { modem: 'flag', stage: undefined },
      { CISTERN_MODEM: 'variable', CISTERN_ROOT: 'variable', CISTERN_CHANNEL: 'beta', HOME: '/root' },
      file({ modem: 'file', root: 'file', stage: 'file', channel: 'stable' }),
    );
    expect(merged).toEqual({
      ok: true,
      value: { modem: 'flag', root: 'variable', channel: 'beta', stage: 'file' },
    });
  });

  it.each(['repository', 'root', 'modem', 'state', 'stage'] as const)('know %s from all three', (name) => {
    const variable = { [`CISTERN_${name.toUpperCase()}`]: 'v' };
    expect(mergeSettings({ [name]: 'f' }, variable, file({ [name]: 'c' }))).toMatchObject({
      value: { [name]: 'f' },
    });
    expect(mergeSettings({}, variable, file({ [name]: 'c' }))).toMatchObject({ value: { [name]: 'v' } });
    expect(mergeSettings({}, {}, file({ [name]: 'c' }))).toMatchObject({ value: { [name]: 'c' } });
  });

  it.each([
    ['https://fleet:s3cret@nas.example/fw', 'nas.example', 'credentials-in-address'],
    ['ftp://fleet:s3cret@nas.example/fw', 'nas.example', 'credentials-in-address'],
    ['ftp://nas.lan/fw', 'ftp://nas.lan/fw', 'not-http'],
    ['http://nas.lan', 'http://nas.lan', 'plain-http-to-another-machine'],
    ['https://fleet:s3cret@', 'that was given', 'not-an-address'],
  ])('refuse the mirror %s', (mirror, shown, why) => {
    expect(mergeSettings({ mirrors: ['/mnt/stick', mirror] }, {}, file(null))).toEqual({
      ok: false,
      failure: { reason: 'mirror-refused', mirror: shown, why },
    });
  });

  it('do not refuse a mirror of a file or the environment, which would keep a modem from its rescue', () => {
    const read = mergeSettings(
      {},
      { CISTERN_MIRRORS: 'http://nas.lan' },
      file({ mirrors: ['ftp://nas/fw'] }),
    );
    expect(read).toMatchObject({ value: { mirrors: ['http://nas.lan'] } });
    const notes: string[] = [];
    const mirrors = ['http://nas.lan', '/mnt/stick', 'https://fleet:s3cret@nas.example'];
    expect(usableMirrors(mirrors, (note) => notes.push(note))).toEqual(['/mnt/stick']);
    expect(notes).toEqual([
      'the mirror http://nas.lan is left out (plain http to another machine)',
      'the mirror nas.example is left out (credentials in address)',
    ]);
  });

  it.each(['/mnt/a:b', 'file:///mnt/stick', 'stick', 'http://192.168.1.5/fw', 'http://127.0.0.1:8080'])(
    'take the mirror %s',
    (mirror) => {
      expect(mergeSettings({ mirrors: [mirror] }, {}, file(null))).toMatchObject({ ok: true });
    },
  );

  it('know where to download from and what it may cost', () => {
    const environment = {
      CISTERN_MIRRORS: '/mnt/stick, https://lan.example',
      CISTERN_INTERFACE: 'eth0',
      CISTERN_LIMIT_RATE: '500k',
      CISTERN_MAX_BYTES: '100M',
    };
    expect(mergeSettings({}, environment, file({ mirrors: ['/elsewhere'] }))).toEqual({
      ok: true,
      value: {
        mirrors: ['/mnt/stick', 'https://lan.example'],
        interface: 'eth0',
        limitRate: '500k',
        maxBytes: '100M',
      },
    });
  });

  it('are none without any source', () => {
    expect(mergeSettings({}, {}, file(null))).toEqual({ ok: true, value: {} });
  });

  it.each([
    ['is no JSON', '{'],
    ['is empty', ''],
    ['is a list', '[]'],
    ['has a setting that is not known', '{"modm": "x"}'],
    ['has a size that is none', '{"limitRate": "fast"}'],
    ['has a channel that is not known', '{"channel": "nightly"}'],
    ['has a number for a path', '{"state": 1}'],
    ['is too large', `{"modem": "${'x'.repeat(70_000)}"}`],
    ['has a setting that is too long', `{"modem": "${'x'.repeat(301)}"}`],
  ])('are refused from a file that %s, which is named', (_, text) => {
    expect(mergeSettings({}, {}, { path, text })).toMatchObject({
      ok: false,
      failure: { reason: 'config-unreadable', path, why: expect.stringMatching(/./) },
    });
  });

  it('are refused from a variable that is wrong, which is named', () => {
    const merged = mergeSettings({}, { CISTERN_CHANNEL: 'nightly' }, file(null));
    expect(merged).toMatchObject({
      failure: {
        reason: 'config-unreadable',
        path: 'CISTERN_* variables',
        why: expect.stringContaining('channel'),
      },
    });
  });
});

describe('a setting that is needed', () => {
  it('is given, or named with its flag and its variable', () => {
    expect(requireSetting({ modem: 'x' }, 'modem')).toEqual({ ok: true, value: 'x' });
    expect(requireSetting({}, 'repository')).toEqual({
      ok: false,
      failure: {
        reason: 'setting-missing',
        name: 'repository',
        flag: '--repository',
        variable: 'CISTERN_REPOSITORY',
      },
    });
  });
});

describe('the directory of the state', () => {
  it.each([
    ['what is set, also for root', { state: '/srv/x' }, { HOME: '/root' }, 'root on OpenWrt', '/srv/x'],
    ['/var/lib for root', {}, { HOME: '/root', XDG_STATE_HOME: '/x' }, 'root', '/var/lib/cistern'],
    ['on flash for root on OpenWrt', {}, { HOME: '/root' }, 'root on OpenWrt', '/etc/cistern/state'],
    ['XDG_STATE_HOME for others', {}, { HOME: '/home/a', XDG_STATE_HOME: '/x' }, 'on OpenWrt', '/x/cistern'],
    ['the default of XDG_STATE_HOME', {}, { HOME: '/home/a' }, '', '/home/a/.local/state/cistern'],
  ])('is %s', (_, settings, environment, who, directory) => {
    const machine = { isRoot: who.includes('root'), isOpenwrt: who.includes('OpenWrt') };
    expect(stateDirectory(settings, environment, machine)).toBe(directory);
  });
});
