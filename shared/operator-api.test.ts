import { describe, expect, it } from 'vitest';
import {
  CHUNK_QUERY_MAX,
  chunkQuerySchema,
  missingChunksSchema,
  REPORT_LIST_MAX,
  reportListSchema,
} from './operator-api.ts';
import { report, withUnknownFields } from './test-documents.ts';

const ids = Array.from({ length: CHUNK_QUERY_MAX + 1 }, (_, n) => n.toString(16).padStart(64, '0'));

describe('the question which chunks are missing', () => {
  it('asks for as many as one request may cost, and for one at least', () => {
    expect(chunkQuerySchema.safeParse({ ids: ids.slice(1) }).success).toBe(true);
    expect(chunkQuerySchema.safeParse({ ids }).success).toBe(false);
    expect(chunkQuerySchema.safeParse({ ids: [] }).success).toBe(false);
  });

  it.each(['', 'ab', 'AB'.repeat(32), '../..'])('does not ask for %j', (id) => {
    expect(chunkQuerySchema.safeParse({ ids: [id] }).success).toBe(false);
  });

  it('may be answered with none, and not with more than were asked for', () => {
    expect(missingChunksSchema.safeParse({ missing: [] }).success).toBe(true);
    expect(missingChunksSchema.safeParse({ missing: ids }).success).toBe(false);
  });

  it.each(withUnknownFields({ ids: ids.slice(1) }))('is refused with an unknown field', ({ document }) => {
    expect(chunkQuerySchema.safeParse(document).success).toBe(false);
  });
});

describe('the list of reports', () => {
  const row = { receivedAt: '2026-02-02T03:10:00Z', report: report() };

  it('is bounded and strict all the way down', () => {
    expect(reportListSchema.safeParse({ reports: [row], next: null }).success).toBe(true);
    const many = Array.from({ length: REPORT_LIST_MAX + 1 }, () => row);
    expect(reportListSchema.safeParse({ reports: many, next: null }).success).toBe(false);
    for (const { document } of withUnknownFields({ reports: [row], next: null })) {
      expect(reportListSchema.safeParse(document).success).toBe(false);
    }
  });
});
