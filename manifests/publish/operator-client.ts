/** The operator API as the publisher calls it (shared/operator-api.ts). */
import { fromUtf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import { CHUNK_QUERY_MAX, missingChunksSchema } from '../../shared/operator-api.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Rollout } from '../../shared/rollout.ts';
import { type HttpAnswer, type HttpFailure, type HttpPorts, type HttpRequest, send } from '../http/client.ts';
import { expectStatus, type Refusal } from '../http/refusal.ts';
import { ANSWER_MAX_BYTES } from '../limits.ts';
import type { OnlineFailure } from '../online/online-repository.ts';
import { operatorUrls } from '../repository/addresses.ts';
import type { Target } from './release-targets.ts';

export type OperatorFailure =
  | HttpFailure
  | Refusal
  | { readonly reason: 'operator-token-refused'; readonly url: string }
  | { readonly reason: 'answer-unreadable'; readonly url: string }
  /** A store without a Worker. */
  | OnlineFailure;

export type PutOutcome = 'stored' | 'was-there';

export type OperatorClient = {
  readonly putRoot: (version: number, text: string) => Promise<Result<PutOutcome, OperatorFailure>>;
  /** Those of at most CHUNK_QUERY_MAX ids that the repository lacks. */
  readonly missingChunks: (ids: readonly string[]) => Promise<Result<readonly string[], OperatorFailure>>;
  readonly putChunk: (id: string, stored: Uint8Array) => Promise<Result<PutOutcome, OperatorFailure>>;
  readonly putTarget: (model: ModelId, target: Target) => Promise<Result<PutOutcome, OperatorFailure>>;
  readonly putTargetsMetadata: (
    model: ModelId,
    version: number,
    text: string,
  ) => Promise<Result<PutOutcome, OperatorFailure>>;
  /** Refused where the rollout in force is not the document with the SHA-256 `replaced` any more. */
  readonly putRollout: (rollout: Rollout, replaced: string) => Promise<Result<PutOutcome, OperatorFailure>>;
};

const JSON_TYPE = { 'content-type': 'application/json' };
const BINARY_TYPE = { 'content-type': 'application/octet-stream' };

/** One request with the token. A 403 is a refusal like others: its words say which scope the token lacks. */
export function operatorCall(token: string, ports: HttpPorts, signal: AbortSignal) {
  return async function call(
    wanted: Omit<HttpRequest, 'maxBytes'>,
    accepted: readonly number[],
  ): Promise<Result<HttpAnswer, OperatorFailure>> {
    const headers = { ...wanted.headers, authorization: `Bearer ${token}` };
    const answer = await send({ ...wanted, headers, maxBytes: ANSWER_MAX_BYTES }, ports, signal);
    if (!answer.ok) return answer;
    if (answer.value.status === 401) return err({ reason: 'operator-token-refused', url: wanted.url });
    return expectStatus(answer.value, wanted.url, accepted);
  };
}

export function operatorClient(
  base: string,
  token: string,
  ports: HttpPorts,
  signal: AbortSignal,
): OperatorClient {
  const urls = operatorUrls(base);
  const call = operatorCall(token, ports, signal);

  const put = async (
    url: string,
    body: Uint8Array | string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Result<PutOutcome, OperatorFailure>> => {
    const answer = await call({ method: 'PUT', url, body, headers }, [200, 201]);
    return answer.ok ? ok(answer.value.status === 201 ? 'stored' : 'was-there') : answer;
  };

  return {
    putRoot: (version, text) => put(urls.root(version), text, JSON_TYPE),
    putChunk: (id, stored) => put(urls.chunk(id), stored, BINARY_TYPE),
    putTarget: (model, { path, sha256, bytes }) =>
      put(urls.target(model, path, sha256), bytes, path.endsWith('.json') ? JSON_TYPE : BINARY_TYPE),
    putTargetsMetadata: (model, version, text) => put(urls.targetsMetadata(model, version), text, JSON_TYPE),
    putRollout: (rollout, replaced) =>
      put(urls.rollout(rollout.model), JSON.stringify(rollout), {
        ...JSON_TYPE,
        'if-match': `"sha256-${replaced}"`,
      }),
    async missingChunks(ids) {
      if (ids.length > CHUNK_QUERY_MAX) throw new Error(`more than ${CHUNK_QUERY_MAX} ids in one question`);
      const url = urls.missingChunks;
      const body = JSON.stringify({ ids });
      const answer = await call({ method: 'POST', url, body, headers: JSON_TYPE }, [200]);
      if (!answer.ok) return answer;
      try {
        const missing = missingChunksSchema.safeParse(JSON.parse(fromUtf8(answer.value.body) ?? ''));
        if (missing.success) return ok(missing.data.missing);
      } catch {
        // Falls through: not JSON is not an answer either.
      }
      return err({ reason: 'answer-unreadable', url });
    },
  };
}
