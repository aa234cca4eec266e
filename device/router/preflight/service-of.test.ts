import { describe, expect, it } from 'vitest';
import { serviceOf } from './service-of.ts';

describe('the service of a process', () => {
  it.each([
    ['0::/services/smsd/instance1\n', 'smsd'],
    ['0::/system.slice/ModemManager.service\n', 'ModemManager'],
    ['12:pids:/\n1:name=systemd:/system.slice/gpsd.service\n0::/system.slice/gpsd.service\n', 'gpsd'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/minicom.scope\n', 'user@1000'],
    ['0::/user.slice/user-0.slice/session-3.scope\n', 'session-3'],
  ])('is told by %j', (text, name) => {
    expect(serviceOf(text)).toBe(name);
  });

  it.each(['', '0::/\n', '9:name=systemd:/\n4:memory:/jobs/12\n', '0::/init.scopes\n', 'services/smsd\n'])(
    'is not told by %j',
    (text) => {
      expect(serviceOf(text)).toBeNull();
    },
  );
});
