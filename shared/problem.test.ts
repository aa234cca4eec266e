import { describe, expect, it } from 'vitest';
import { problemSchema } from './problem.ts';

const problem = { type: 'about:blank', title: 'Not Found', status: 404 };

describe('a problem', () => {
  it('keeps members that are not known here: a client shows what it understands (RFC 9457 section 3.2)', () => {
    expect(problemSchema.parse({ ...problem, instance: '/v1/x' })).toEqual({ ...problem, instance: '/v1/x' });
  });

  it.each([
    ['no title', { title: undefined }],
    ['a status that is no error', { status: 200 }],
    ['a status that is none', { status: 4040 }],
    ['a detail beyond its bound', { detail: 'x'.repeat(4001) }],
  ])('is refused with %s', (_, changes) => {
    expect(problemSchema.safeParse({ ...problem, ...changes }).success).toBe(false);
  });
});
