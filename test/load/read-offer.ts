/** What the repository offers, as a device that was just installed is told it. */
import { chunkPath, parseIndex } from '../../shared/caibx.ts';
import type { ModelId } from '../../shared/model.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { targetsSchema, timestampSchema } from '../../shared/trust/documents.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';
import type { Kind, Send } from './send.ts';
import type { Offer } from './turn.ts';

/** The offer, and the version of the timestamp it was made of. Throws where nothing is published. */
export async function readOffer(
  send: Send,
  original: ModelId,
): Promise<{ readonly offer: Offer; readonly timestamp: number }> {
  const get = async (kind: Kind, path: string) => {
    const { status, body } = await send({ kind, method: 'GET', path, headers: {} });
    if (status !== 200) throw new Error(`${path}: HTTP ${status}`);
    return body;
  };
  const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
  const poll = pollAnswerSchema.parse(
    json(await get('poll-news', `/v1/models/${original}/poll?root=1&timestamp=0`)),
  );
  const timestamp = timestampSchema.parse(JSON.parse(poll.timestamp ?? '')).signed.version;
  const { targets } = targetsSchema.parse(JSON.parse(poll.targets ?? '')).signed;
  const targetPaths = Object.entries(targets).map(
    ([path, { hashes }]) => `/v1/models/${original}/targets/${consistentTargetPath(path, hashes.sha256)}`,
  );
  const index = targetPaths.find((path) => path.endsWith('.caibx'));
  if (index === undefined) throw new Error(`${original} has no release`);
  const decoded = parseIndex(await get('target', index));
  if (!decoded.ok) throw new Error(`${index}: ${decoded.failure.reason}`);
  const chunkPaths = [...new Set(decoded.value.chunks.map(({ id }) => `/v1/chunks/${chunkPath(id)}`))];
  return { offer: { original, targetPaths, chunkPaths }, timestamp };
}
