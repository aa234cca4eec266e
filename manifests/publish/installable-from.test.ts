import { describe, expect, it } from 'vitest';
import { parseInstallableFrom } from './installable-from.ts';

describe('--from', () => {
  it.each([
    ['R06', [{ baseline: 6 }]],
    ['R06:01', [{ baseline: 6, customLine: '01' }]],
    ['R06A05', [{ baseline: 6, minRelease: 5, maxRelease: 5 }]],
    ['R06A05:A0', [{ baseline: 6, minRelease: 5, maxRelease: 5, customLine: 'A0' }]],
    ['R06A05..R06A09', [{ baseline: 6, minRelease: 5, maxRelease: 9 }]],
    ['R06A05..:01', [{ baseline: 6, minRelease: 5, customLine: '01' }]],
    ['R06, R07A02..', [{ baseline: 6 }, { baseline: 7, minRelease: 2 }]],
    ['R06A00..R06A00', [{ baseline: 6, minRelease: 0, maxRelease: 0 }]],
  ])('reads %s', (text, matches) => {
    expect(parseInstallableFrom(text)).toEqual({ ok: true, value: matches });
  });

  it.each([
    '',
    'R6',
    'A05',
    'R06A5',
    'R06..R07',
    'R06A05..R07A01',
    'R06A09..R06A05',
    'R06A05...',
    'R06:',
    'R06 x',
    'r06',
  ])('refuses "%s" rather than guess', (text) => {
    expect(parseInstallableFrom(text)).toMatchObject({ ok: false, failure: { reason: 'from-unreadable' } });
  });
});
