/** A signed release: its documents from verified metadata, its chunks from the repository or a mirror. */
import type { ReleaseManifest } from '../../shared/release.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { FetchFailure } from '../fetch/fetch-failure.ts';
import type { RepositoryView } from '../repository/refresh-repository.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { UpdatePorts } from './attempt.ts';
import type { ReleaseDocuments } from './documents.ts';
import { type FillPorts, fillStage, setAsideAfter } from './fill-stage.ts';
import { fillCopy, prepareCopy } from './keep-copy.ts';
import { openStage } from './open-stage.ts';
import type { PackageOrigin, StagedRelease } from './package-origin.ts';

/** `copy`: where the attempt kept one on a disk; believed as little as any mirror. */
export function refillFromRepository(copy: string | null): PackageOrigin['refill'] {
  return (stage, documents, { uplink }, signal) => uplink.fetch({ stage, documents, copy }, signal);
}

export function repositoryOrigin(
  view: RepositoryView,
  manifest: ReleaseManifest,
  ports: UpdatePorts & Pick<FillPorts, 'budgetIsOf'>,
): PackageOrigin {
  return {
    recorded: { kind: 'repository' },
    isOnDisk: ports.download.keepCopyIn !== null,
    stage: async ({ wanted, onCost }, _, signal) => {
      const read = await view.readIndex(manifest, signal);
      if (!read.ok) return read;
      const { index, bytes: indexBytes } = read.value;
      const documents = { entry: view.entry, manifest, index, indexBytes };
      const copy = await prepareCopy({ wanted, documents }, ports, signal);
      if (!copy.ok) return copy;
      const stage = await openStage({ wanted, documents }, ports, signal);
      if (!stage.ok) {
        await copy.value?.setAside();
        return stage;
      }
      const filled = await fillWithCopy(
        { stage: stage.value, copy: copy.value },
        documents,
        { ...ports, onCost },
        signal,
      );
      if (filled.ok) return ok({ stage: stage.value, documents, ...filled.value });
      await copy.value?.setAside();
      await setAsideAfter(filled.failure, stage.value, ports);
      return filled;
    },
    refill: refillFromRepository(null),
  };
}

async function fillWithCopy(
  { stage, copy }: { readonly stage: Stage; readonly copy: Stage | null },
  documents: ReleaseDocuments,
  ports: UpdatePorts & Pick<FillPorts, 'onCost' | 'budgetIsOf'>,
  signal: AbortSignal,
): Promise<Result<Pick<StagedRelease, 'fetchedBytes' | 'copy'>, FetchFailure | StageFailure>> {
  const filled = await fillStage(stage, documents, ports, signal);
  if (!filled.ok) return filled;
  if (copy === null) return ok({ fetchedBytes: filled.value, copy: null });
  const kept = await fillCopy({ copy, stage }, documents, ports, signal);
  return kept.ok ? ok({ fetchedBytes: filled.value, copy: kept.value }) : kept;
}
