/** `--channel`, `--starts-at`: to whom a release is offered beside the share, and from when. */
import { channelArgument, instantArgument } from './parsers.ts';

export type OfferFlags = {
  readonly channel?: 'stable' | 'beta';
  /** ISO 8601, UTC. */
  readonly startsAt?: string;
};

export const offerFlags = {
  channel: {
    kind: 'parsed',
    parse: channelArgument,
    brief: 'stable: all devices; beta: those that follow beta alone',
    placeholder: 'stable|beta',
    optional: true,
  },
  startsAt: {
    kind: 'parsed',
    parse: instantArgument,
    brief: 'No device is offered it before this instant',
    placeholder: '2026-12-01T02:00Z',
    optional: true,
  },
} as const;
