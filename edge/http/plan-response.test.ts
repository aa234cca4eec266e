import { describe, expect, it } from 'vitest';
import { planResponse, representationHeaders } from './plan-response.ts';

const chunk = {
  etag: '"sha256-ab"',
  lastModified: new Date('2026-11-23T08:00:00Z'),
  sizeBytes: 100,
  contentType: 'application/octet-stream',
  cacheControl: 'public, immutable',
  reprDigest: 'sha-256=:qw==:',
};

describe('the answer to a GET of 100 bytes', () => {
  it.each<[Record<string, string>, string]>([
    [{}, 'whole'],
    [{ range: 'bytes=0-9' }, 'part'],
    [{ range: 'bytes=200-' }, 'range-not-satisfiable'],
    [{ range: 'bytes=-0' }, 'range-not-satisfiable'],
    [{ range: 'bytes=0-1,5-6' }, 'whole'],
    [{ range: 'junk' }, 'whole'],
    [{ range: 'bytes=0-9', 'if-range': '"other"' }, 'whole'],
    [{ range: 'bytes=200-', 'if-range': '"other"' }, 'whole'],
    [{ range: 'bytes=0-9', 'if-range': '"sha256-ab"' }, 'part'],
    [{ range: 'bytes=0-9', 'if-none-match': '"sha256-ab"' }, 'not-modified'],
    [{ range: 'bytes=200-', 'if-match': '"other"' }, 'precondition-failed'],
  ])('%o is %s', (fields, kind) => {
    expect(planResponse({ method: 'GET', headers: new Headers(fields) }, chunk).kind).toBe(kind);
  });

  it('leaves Range aside for HEAD', () => {
    const headers = new Headers({ range: 'bytes=0-9' });
    expect(planResponse({ method: 'HEAD', headers }, chunk).kind).toBe('whole');
  });
});

describe('header fields', () => {
  it('of a part give its place and its length', () => {
    const fields = representationHeaders(
      { kind: 'part', range: { offsetBytes: 90, lengthBytes: 10 } },
      chunk,
    );
    expect(fields).toMatchObject({
      'content-range': 'bytes 90-99/100',
      'content-length': '10',
      etag: chunk.etag,
      'repr-digest': chunk.reprDigest,
    });
  });

  it('of 304 repeat the validators and describe no body', () => {
    const fields = representationHeaders({ kind: 'not-modified' }, chunk);
    expect(Object.keys(fields).sort()).toEqual(['accept-ranges', 'cache-control', 'etag', 'last-modified']);
  });
});
