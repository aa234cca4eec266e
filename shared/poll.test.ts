import { describe, expect, it } from 'vitest';
import {
  ROLLOUT_MAX_BYTES,
  ROOT_MAX_BYTES,
  ROOT_ROTATIONS_MAX,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from './limits.ts';
import { pollAnswerSchema } from './poll.ts';
import { withUnknownFields } from './test-documents.ts';

const full = {
  format: 'cistern-poll/1',
  roots: ['{}'],
  timestamp: '{}',
  snapshot: '{}',
  targets: '{}',
  rollout: '{}',
};

describe('a poll answer', () => {
  it('is read as it was written', () => {
    expect(pollAnswerSchema.parse(full)).toEqual(full);
  });

  it('says with its format alone that nothing is new', () => {
    expect(pollAnswerSchema.parse({ format: 'cistern-poll/1' })).toEqual({ format: 'cistern-poll/1' });
  });

  it.each(withUnknownFields(full))('is refused with an unknown field at $at', ({ document }) => {
    expect(pollAnswerSchema.safeParse(document).success).toBe(false);
  });

  it.each([
    ['timestamp', TIMESTAMP_MAX_BYTES],
    ['snapshot', SNAPSHOT_MAX_BYTES],
    ['targets', TARGETS_MAX_BYTES],
    ['rollout', ROLLOUT_MAX_BYTES],
  ])('holds no %s above its bound', (member, maxBytes) => {
    expect(pollAnswerSchema.safeParse({ ...full, [member]: 'x'.repeat(maxBytes) }).success).toBe(true);
    expect(pollAnswerSchema.safeParse({ ...full, [member]: 'x'.repeat(maxBytes + 1) }).success).toBe(false);
  });

  it('holds no root above its bound, and no more roots than a device walks through', () => {
    const roots = Array.from({ length: ROOT_ROTATIONS_MAX + 1 }, () => '{}');
    expect(pollAnswerSchema.safeParse({ ...full, roots: roots.slice(1) }).success).toBe(true);
    expect(pollAnswerSchema.safeParse({ ...full, roots }).success).toBe(false);
    expect(pollAnswerSchema.safeParse({ ...full, roots: ['x'.repeat(ROOT_MAX_BYTES + 1)] }).success).toBe(
      false,
    );
  });
});
