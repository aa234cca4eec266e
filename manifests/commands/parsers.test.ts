import { describe, expect, it } from 'vitest';
import { instantArgument, locationArgument, writableArgument } from './parsers.ts';

describe('the address the operator token is sent to', () => {
  it.each([
    ['https://fw.example/', 'https://fw.example'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://localhost:8787/', 'http://localhost:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('may be %s', (text, base) => {
    expect(writableArgument(text)).toEqual({ kind: 'address', base });
  });

  it.each(['http://fw.example', 'http://127.0.0.1.example', 'http://10.0.0.1', 'http://localhost.example'])(
    'is not %s, which would show the token to everybody on the way',
    (text) => {
      expect(() => writableArgument(text)).toThrow('in the clear');
      expect(locationArgument(text)).toEqual({ kind: 'address', base: text });
    },
  );
});

describe('where a repository is', () => {
  it.each([
    ['s3://firmware', { kind: 'bucket', provider: 's3', bucket: 'firmware', prefix: '' }],
    ['s3://firmware/', { kind: 'bucket', provider: 's3', bucket: 'firmware', prefix: '' }],
    ['r2://firm-ware/v1/x', { kind: 'bucket', provider: 'r2', bucket: 'firm-ware', prefix: 'v1/x' }],
    ['./mirror', { kind: 'directory', path: './mirror' }],
    ['./s3', { kind: 'directory', path: './s3' }],
    ['s3-mirror', { kind: 'directory', path: 's3-mirror' }],
    ['/srv/mirror', { kind: 'directory', path: '/srv/mirror' }],
  ])('is read from %s', (text, location) => {
    expect(locationArgument(text)).toEqual(location);
  });

  it.each([
    ...['ftp://fw.example', 's3://ab', 's3://UPPER', 's3://bucket/../x/%', ''],
    ...['s3', 'r2', 'S3', 's3:firmware', 'r2:/firmware'],
  ])('is not "%s"', (text) => {
    expect(() => locationArgument(text)).toThrow('s3://BUCKET[/PREFIX]');
  });
});

describe('an instant', () => {
  it.each([
    ['2026-12-01T02:00Z', '2026-12-01T02:00:00.000Z'],
    ['2026-12-01T02:00:30Z', '2026-12-01T02:00:30.000Z'],
  ])('is read from %s', (text, instant) => {
    expect(instantArgument(text)).toBe(instant);
  });

  it.each([
    '2026-12-01',
    '2026-12-01T02:00',
    '2026-12-01T02:00+01:00',
    '2026-02-30T02:00Z',
    '2026-12-01T25:00Z',
  ])('is not "%s"', (text) => {
    expect(() => instantArgument(text)).toThrow('instant in UTC');
  });
});
