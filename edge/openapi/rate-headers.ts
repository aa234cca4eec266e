/** Fields by which answers tell how often a client may ask, as OpenAPI describes them. */
import { RATE_PERIOD_SECONDS, RATE_QUOTAS } from '../limits.ts';

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string' },
  example,
});

export const RATE_HEADERS = {
  'RateLimit-Policy': text(
    'What is counted, how many (q) in how many seconds (w). Every answer to a question or an operator has it, one to a read with 429 alone.',
    `"questions";q=${RATE_QUOTAS.questions};w=${RATE_PERIOD_SECONDS}`,
  ),
  RateLimit: text(
    'With 429: nothing is left (r), and in how many seconds to ask again (t).',
    `"questions";r=0;t=${RATE_PERIOD_SECONDS}`,
  ),
  'Retry-After': text('With 429: in how many seconds to ask again.', String(RATE_PERIOD_SECONDS)),
} as const;

/** The `headers` of a response, by reference. */
export function headersNamed(...names: readonly (keyof typeof RATE_HEADERS)[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
