/** A repository in a directory with many small releases, made by the publisher's own parts without its waits. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import { openHeldKeys } from '../../manifests/keys/held-keys.ts';
import { readRolloutKey } from '../../manifests/keys/key-directory.ts';
import { readOnlineSigners } from '../../manifests/keys/read-online-keys.ts';
import { readRoots } from '../../manifests/keys/roots.ts';
import { storeOperator } from '../../manifests/online/store-operator.ts';
import { openChunkStore } from '../../manifests/package/chunk-store.ts';
import { cutPackage } from '../../manifests/package/cut-package.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { readStanding, showRelease } from '../../manifests/publish/publication.ts';
import {
  buildManifest,
  entryTarget,
  indexTarget,
  manifestTarget,
  type Target,
} from '../../manifests/publish/release-targets.ts';
import { uploadChunks } from '../../manifests/publish/upload-chunks.ts';
import { openStore } from '../../manifests/store/location.ts';
import { getFromStore, STORE_BASE } from '../../manifests/store/store-get.ts';
import { findFlashFiles } from '../../shared/lint/flash-files.ts';
import type { ModelId } from '../../shared/model.ts';
import { writeDemoPackage } from '../firmware/demo-package.ts';
import { runCisternRepo } from '../firmware/run-cistern-repo.ts';
import { must } from '../support/local-release.ts';

export type ManyReleases = { readonly directory: string; readonly rootFile: string };

/** `releases` a model, each of `sizeBytes`; every `alike` that follow one another have the same content. */
export async function makeManyReleases(
  scratch: string,
  order: {
    readonly models: readonly ModelId[];
    readonly releases: number;
    readonly alike: number;
    readonly sizeBytes: number;
  },
): Promise<ManyReleases> {
  const [keys, online, directory] = ['keys', 'online.env', 'repository'].map((name) =>
    join(scratch, name),
  ) as [string, string, string];
  const { code, stderr } = await runCisternRepo([
    ...['keys', 'init', '--dir', keys, '--online', online, '--no-passphrase'],
  ]);
  if (code !== 0) throw new Error(stderr);
  const signal = new AbortController().signal;
  const roots = must(await readRoots(keys));
  const wanted = roots.flatMap(({ root }) => root.signed.roles.targets.keyids);
  const noPassphrase = () => Promise.reject(new Error('the keys are in plain text'));
  const held = {
    rollout: must(await readRolloutKey(keys)),
    targets: must(await openHeldKeys(keys, wanted, noPassphrase)),
  };
  const store = must(await openStore({ kind: 'directory', path: directory }, {}, signal));
  const signers = must(await readOnlineSigners(online, noPassphrase));
  const nowMs = () => Date.now();
  const ports = {
    get: getFromStore(store),
    operator: storeOperator({ store, signers, roots, nowMs }),
    nowMs,
    askForSignatures: null,
  };
  for (const model of order.models) {
    const entry = must(await findModel(model));
    const made: Target[] = [entryTarget(entry)];
    for (let first = 0; first < order.releases; first += order.alike) {
      const version = versionOf(model, first);
      const packageDirectory = join(scratch, version);
      const spool = join(scratch, 'spool');
      await writeDemoPackage(packageDirectory, { version, sizeBytes: order.sizeBytes, seed: first + 1 });
      const source = must(await openPackage(packageDirectory));
      const chunks = openChunkStore(spool);
      const cut = must(await cutPackage(source, chunks, () => {}, signal));
      const { flash } = findFlashFiles(source.files);
      if (flash === null) throw new Error('the package has no flash files');
      must(await uploadChunks([...cut.storedBytesById.keys()], chunks, ports.operator, () => {}));
      for (let i = first; i < Math.min(first + order.alike, order.releases); i++) {
        const manifest = buildManifest(entry, statementOf(versionOf(model, i)), flash, cut);
        made.push(manifestTarget(manifest), indexTarget(manifest, cut));
      }
      await source.close();
      for (const path of [packageDirectory, spool]) await rm(path, { recursive: true });
    }
    const newest = versionOf(model, order.releases - 1);
    const offer = { percentage: 100, channel: 'stable', startsAt: null } as const;
    const publication = { model, version: newest, offer, roots, base: STORE_BASE, keys: held };
    const standing = must(await readStanding(publication, ports));
    must(await showRelease(publication, standing, made, ports));
  }
  return { directory, rootFile: join(keys, '1.root.json') };
}

const PER_BASELINE = 99;

/** quectel/ec25euga-m4g, 0: EC25EUGAR10A01M4G_01.001.01.001. */
function versionOf(model: ModelId, i: number): string {
  const [hardware, flash] = model.split('/')[1]?.toUpperCase().split('-') ?? [];
  const baseline = 10 + Math.floor(i / PER_BASELINE);
  const release = String((i % PER_BASELINE) + 1).padStart(2, '0');
  return `${hardware}R${baseline}A${release}${flash}_01.001.01.001`;
}

function statementOf(version: string) {
  return {
    version,
    releasedOn: '2026-11-01',
    from: [],
    fromSource: '',
    notes: '',
    fixes: [],
    knownIssues: [],
  };
}
