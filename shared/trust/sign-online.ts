/** The texts of the roles that are signed online: rollout, snapshot, timestamp. Content in, signed file out. */
import { sha256Hex } from '../digest.ts';
import type { ModelId } from '../model.ts';
import { ROLLOUT_NAME } from '../rollout.ts';
import type { MetaFile, TargetFile } from './documents.ts';
import type { Signer } from './keys.ts';
import { expiryOf, MODEL_FIELD, type OnlineRole, TUF_SPEC_VERSION, targetPath } from './roles.ts';
import { signMetadata } from './sign.ts';

export type Signing = {
  readonly model: ModelId;
  readonly version: number;
  readonly signer: Signer;
  readonly nowMs: number;
};

export function signRollout(signing: Signing, document: TargetFile): Promise<string> {
  const targets = { [targetPath(signing.model, ROLLOUT_NAME)]: document };
  return signMetadata({ ...common('rollout', signing), _type: 'targets', targets }, [signing.signer]);
}

export function signSnapshot(
  signing: Signing,
  listed: { readonly targets: MetaFile; readonly rollout: MetaFile },
): Promise<string> {
  const meta = { 'targets.json': listed.targets, 'rollout.json': listed.rollout };
  return signMetadata({ ...common('snapshot', signing), _type: 'snapshot', meta }, [signing.signer]);
}

export function signTimestamp(signing: Signing, snapshot: MetaFile): Promise<string> {
  const meta = { 'snapshot.json': snapshot };
  return signMetadata({ ...common('timestamp', signing), _type: 'timestamp', meta }, [signing.signer]);
}

function common(role: OnlineRole, { model, version, nowMs }: Signing) {
  const expires = expiryOf(role, nowMs);
  return { spec_version: TUF_SPEC_VERSION, version, expires, [MODEL_FIELD]: model };
}

export async function metaFileOf(version: number, bytes: Uint8Array): Promise<MetaFile> {
  return { version, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } };
}
