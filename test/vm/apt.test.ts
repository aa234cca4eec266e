import { expect, it } from 'vitest';
import { namesToInstall } from './apt.ts';

it('reads new packages and newer ones out of what apt-get would do, and nothing else', () => {
  const simulation = [
    'NOTE: This is only a simulation!',
    'Inst libxmlb2 [0.3.10-2] (0.3.22-1~deb12u1 Debian:12.15/oldstable [amd64])',
    'Inst fwupd (2.0.20-1~deb12u2 Debian:12.15/oldstable [amd64])',
    'Conf fwupd (2.0.20-1~deb12u2 Debian:12.15/oldstable [amd64])',
    '',
  ].join('\n');
  expect(namesToInstall(simulation)).toEqual(['libxmlb2', 'fwupd']);
});
