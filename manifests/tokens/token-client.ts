/** `/v1/operator/tokens` as the publisher calls it; needs the root token. */
import type * as z from 'zod';
import { fromUtf8 } from '../../shared/bytes.ts';
import {
  type OperatorToken,
  type TokenRequest,
  tokenListSchema,
  tokenSchema,
} from '../../shared/operator-api.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { HttpPorts, HttpRequest } from '../http/client.ts';
import { type OperatorFailure, operatorCall } from '../publish/operator-client.ts';
import { operatorUrls } from '../repository/addresses.ts';

export type TokenClient = {
  readonly create: (request: TokenRequest) => Promise<Result<OperatorToken, OperatorFailure>>;
  readonly list: () => Promise<Result<readonly OperatorToken[], OperatorFailure>>;
  /** The token as it is now; one that was revoked before stays revoked since then. */
  readonly revoke: (id: string) => Promise<Result<OperatorToken, OperatorFailure>>;
};

export function tokenClient(base: string, token: string, ports: HttpPorts, signal: AbortSignal): TokenClient {
  const urls = operatorUrls(base);
  const call = operatorCall(token, ports, signal);

  const ask = async <T>(
    wanted: Omit<HttpRequest, 'maxBytes'>,
    schema: z.ZodType<T>,
  ): Promise<Result<T, OperatorFailure>> => {
    const answer = await call(wanted, [200, 201]);
    if (!answer.ok) return answer;
    try {
      const read = schema.safeParse(JSON.parse(fromUtf8(answer.value.body) ?? ''));
      if (read.success) return ok(read.data);
    } catch {
      // Falls through: not JSON is not an answer either.
    }
    return err({ reason: 'answer-unreadable', url: wanted.url });
  };

  return {
    create: (request) =>
      ask(
        {
          method: 'POST',
          url: urls.tokens,
          body: JSON.stringify(request),
          headers: { 'content-type': 'application/json' },
        },
        tokenSchema,
      ),
    async list() {
      const listed = await ask({ method: 'GET', url: urls.tokens }, tokenListSchema);
      return listed.ok ? ok(listed.value.tokens) : listed;
    },
    revoke: (id) => ask({ method: 'DELETE', url: urls.token(id) }, tokenSchema),
  };
}
