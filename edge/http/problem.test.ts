import { describe, expect, it } from 'vitest';
import { problemPage, problemResponse } from './problem.ts';
import { type ProblemReason, problemTable } from './problem-table.ts';

const reasons = Object.keys(problemTable) as ProblemReason[];

describe('a problem (RFC 9457)', () => {
  it.each(reasons)('%s has a type that resolves', async (reason) => {
    const response = problemResponse({ reason, detail: 'what happened' });
    const body = (await response.json()) as { type: string; status: number; code: string };
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ status: response.status, code: reason, detail: 'what happened' });
    const page = problemPage(body.type.replace('/problems/', ''));
    expect(await page?.text()).toContain(problemTable[reason].title);
  });

  it.each(['', 'nonsense', 'constructor', '__proto__'])('has no page for "%s"', (code) => {
    expect(problemPage(code)).toBeNull();
  });
});
