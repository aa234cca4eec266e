/**
 * The proof of where a stage lies, taken when it is prepared and compared whenever it matters (P2): a directory
 * name alone says nothing once a mount has come or gone beneath it. It is written to the journal.
 */
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { type DirectoryIdentity, identityOf } from './directory-identity.ts';
import { type Mount, mountOf, parseMountTable } from './mount-table.ts';
import type { StagePlatform } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';

export const stageProofSchema = z.strictObject({
  kind: z.enum(['own-tmpfs', 'shared-memory', 'disk']),
  /** Absolute, without symbolic links. */
  directory: z.string().startsWith('/').max(1000),
  /** Inode number of the directory. */
  inode: z.string().regex(/^\d{1,20}$/),
  mountId: z.int().nonnegative(),
  mountPoint: z.string().startsWith('/').max(1000),
  /** `major:minor` of the filesystem. */
  device: z.string().regex(/^\d+:\d+$/),
  filesystem: z.string().min(1).max(64),
  /** `f_type` of statfs(2). */
  typeNumber: z.int().nonnegative(),
});
export type StageProof = z.infer<typeof stageProofSchema>;

/** What is there now. `directory` must be absolute and free of symbolic links. */
export async function takeStageProof(
  directory: string,
  kind: StageProof['kind'],
  platform: StagePlatform,
): Promise<Result<StageProof, StageFailure>> {
  const identity = identityOf(directory);
  const fileSystem = await platform.fileSystem(directory);
  const mount = mountNow(directory, identity, parseMountTable(await platform.mountText()));
  if (identity === null || !fileSystem.ok || mount === undefined)
    return err({ reason: 'stage-vanished', directory });
  if (mount.readOnly) return err({ reason: 'stage-read-only', directory });
  const { id: mountId, mountPoint, device, filesystem } = mount;
  const { typeNumber } = fileSystem.value;
  return ok({ kind, directory, inode: identity.inode, mountId, mountPoint, device, filesystem, typeNumber });
}

/** Whether the directory is still the one that the proof was taken of, and can still be written. */
export async function checkStageProof(
  proof: StageProof,
  platform: StagePlatform,
): Promise<Result<void, StageFailure>> {
  const { directory } = proof;
  const identity = identityOf(directory);
  if (identity !== null && isUntouched(identity, proof)) return ok();

  const table = parseMountTable(await platform.mountText());
  const mount = mountNow(directory, identity, table);
  if (mount === undefined) return err({ reason: 'stage-vanished', directory });
  if (!isSameMount(mount, proof)) return err(whatHappened(proof, mount, table));

  const fileSystem = await platform.fileSystem(directory);
  if (!fileSystem.ok) return err({ reason: 'stage-vanished', directory });
  if (fileSystem.value.typeNumber !== proof.typeNumber) {
    const found = `type 0x${fileSystem.value.typeNumber.toString(16)}`;
    return err({ reason: 'wrong-filesystem', directory, wanted: proof.filesystem, found });
  }
  if (identity?.inode !== proof.inode) return err({ reason: 'stage-vanished', directory });
  return mount.readOnly ? err({ reason: 'stage-read-only', directory }) : ok();
}

/** The table need not be asked where nothing has happened, which is nearly always. */
function isUntouched(found: DirectoryIdentity, proof: StageProof): boolean {
  return (
    found.canBeWritten &&
    found.inode === proof.inode &&
    found.mountId === proof.mountId &&
    found.device === proof.device &&
    found.typeNumber === proof.typeNumber
  );
}

/** By the id where the kernel tells it: a mount over a directory above it hides one whose mount point is longer. */
function mountNow(
  directory: string,
  identity: DirectoryIdentity | null,
  table: readonly Mount[],
): Mount | undefined {
  return table.find(({ id }) => id === identity?.mountId) ?? mountOf(directory, table);
}

/** A remount keeps the id; an unmounted filesystem's id goes to the next one, so the rest must agree too. */
function isSameMount(mount: Mount, proof: StageProof): boolean {
  return (
    mount.id === proof.mountId &&
    mount.mountPoint === proof.mountPoint &&
    mount.device === proof.device &&
    mount.filesystem === proof.filesystem
  );
}

function whatHappened(proof: StageProof, mount: Mount, table: readonly Mount[]): StageFailure {
  const { directory, mountPoint } = proof;
  if (table.some((candidate) => isSameMount(candidate, proof))) {
    return { reason: 'stage-mounted-over', directory, filesystem: mount.filesystem };
  }
  if (mount.mountPoint !== mountPoint) return { reason: 'stage-unmounted', directory, mountPoint };
  const wanted = `${proof.filesystem} on ${proof.device}`;
  return { reason: 'wrong-filesystem', directory, wanted, found: `${mount.filesystem} on ${mount.device}` };
}
