import { describe, expect, it } from 'vitest';
import { namesOf } from '../machine.ts';
import { SERVICE_PROFILES } from './service-profile.ts';

describe('a service', () => {
  // As /proc/PID/cmdline shows them: procd starts a script, the kernel puts its interpreter in front.
  it.each([
    ['openwrt', 'watchcat', '/bin/sh', '/usr/bin/watchcat.sh'],
    ['openwrt', 'mwan3', '/bin/sh', '/usr/sbin/mwan3track'],
    ['openwrt', 'modemmanager', '/usr/sbin/ModemManager', ''],
  ])('of %s is seen running: %s as %s %s', (profileName, name, program, script) => {
    const profile = SERVICE_PROFILES.find((each) => each.name === profileName);
    const names = namesOf(program, script);
    const seen = profile?.services.filter(({ running }) =>
      running.processes?.some((process) => names.includes(process)),
    );
    expect(seen?.map((service) => service.name)).toEqual([name]);
  });
});
