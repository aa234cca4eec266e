import { expect, it } from 'vitest';
import { EXIT } from '../exit-code.ts';
import { systemdFiles } from './systemd-files.ts';

it('is no failure of a unit when an update is for later, and is one when a modem waits half written', () => {
  const units = systemdFiles({
    program: ['cistern'],
    at: { hour: 3, minute: 17 },
    spreadMinutes: 0,
    window: '02:00-05:00',
    settings: {},
    hasUdev: false,
  });
  const services = units.flatMap((unit) =>
    'text' in unit && unit.path.endsWith('.service') ? [unit.text] : [],
  );
  expect(services).toHaveLength(2);
  for (const service of services) {
    const successes = /^SuccessExitStatus=(.*)$/m.exec(service)?.[1]?.split(' ');
    expect(successes).toContain(String(EXIT.TEMPORARY.code));
    expect(successes).not.toContain(String(EXIT.UNFINISHED.code));
  }
});
