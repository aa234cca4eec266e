import { describe, expect, it } from 'vitest';
import { nextRun } from './cron-time.ts';

/** A Monday, as the machine's clock on the wall shows it. */
const NOW = Date.UTC(2026, 10, 23, 3, 17) / 60_000;

describe('a line of a crontab', () => {
  it.each([
    ['0 4 * * * reboot', 43],
    ['17 3 * * * reboot', 0],
    ['*/30 * * * * reboot', 13],
    ['5-10/5 4 * * * reboot', 48],
    ['30 4,16 * * 1-5 reboot', 73],
    ['30 4 * nov mon reboot', 73],
    ['0 4 1 * 1 reboot', 43],
    ['@hourly reboot', 43],
    ['0 4 * * 1 root reboot', 43],
  ])('%s runs in %i minutes', (line, minutes) => {
    expect(nextRun(line, NOW, 120)).toBe(NOW + minutes);
  });

  it.each([
    '16 3 * * * reboot',
    '17 5 * * * reboot',
    '0 4 * * 0 reboot',
    '0 4 * * 7 reboot',
    '0 4 24 * * reboot',
    '0 4 * 12 * reboot',
    '@reboot reboot',
    '@daily reboot',
    'PATH=/sbin reboot',
    '99 4 * * * reboot',
    '*/0 * * * * reboot',
    '',
  ])('%s does not run within two hours', (line) => {
    expect(nextRun(line, NOW, 120)).toBeNull();
  });
});
