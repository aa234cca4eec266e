/** What a device trusts, judged again from the pinned root as it lies on disk. Asks nobody, changes nothing. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import { ROLLOUT_NAME } from '../../shared/rollout.ts';
import { type Role, targetPath } from '../../shared/trust/roles.ts';
import { codeOf } from '../stage/error-code.ts';
import { judgeTime } from './clock-guard.ts';
import { findExpired } from './expiry.ts';
import type { MetadataSource } from './metadata-source.ts';
import type { PinnedRoot } from './pinned-root.ts';
import { runUpdater } from './run-updater.ts';
import type { TrustFailure } from './trust-failure.ts';
import { loadTrusted, type TrustedFiles, trustDirectory } from './trusted-state.ts';

export type RoleReport = {
  readonly role: Role;
  readonly version: number;
  /** RFC 3339. */
  readonly expires: string;
  /** Key ids that may sign it, and how many of them must. */
  readonly keyIds: readonly string[];
  readonly threshold: number;
};

export type ModelTrust = {
  readonly model: ModelId;
  /** Root first; roles that were never seen are left out. */
  readonly roles: readonly RoleReport[];
  /** Why what lies here would not be believed now; null: it would. */
  readonly failure: TrustFailure | null;
};

export type TrustReport = { readonly pinned: RoleReport; readonly models: readonly ModelTrust[] };

export type TrustQuestion = {
  readonly stateDir: string;
  readonly pinned: PinnedRoot;
  readonly nowMs: number;
  readonly scratchDirectory: string;
};

/** Throws system errors of the directories. */
export async function reportTrust(question: TrustQuestion): Promise<TrustReport> {
  const models: ModelTrust[] = [];
  for (const model of await modelsIn(join(question.stateDir, 'trust'))) {
    models.push(await reportModel(question, model));
  }
  return { pinned: rootReport(question.pinned.text), models };
}

async function modelsIn(directory: string): Promise<ModelId[]> {
  const models: ModelId[] = [];
  for (const vendor of await foldersIn(directory)) {
    for (const product of await foldersIn(join(directory, vendor))) {
      const model = parseModelId(`${vendor}/${product}`);
      if (model !== null) models.push(model);
    }
  }
  return models.sort();
}

/** Of a directory that is not there: none. */
async function foldersIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function reportModel(question: TrustQuestion, model: ModelId): Promise<ModelTrust> {
  const { pinned, nowMs, scratchDirectory } = question;
  const state = await loadTrusted(trustDirectory(question.stateDir, model), pinned.text);
  const lookUp = [targetPath(model, ROLLOUT_NAME)];
  const source = diskSource(state.files);
  const run = await runUpdater({ model, pinned, state, source, lookUp, scratchDirectory });
  const root = run.roots.at(-1) ?? pinned.text;
  return {
    model,
    roles: [rootReport(root), ...rolesBelow(root, state.files)],
    failure: run.failure ?? judgeAge({ root, files: state.files }, nowMs),
  };
}

function diskSource(files: TrustedFiles): MetadataSource {
  return {
    read: async (file) => ok(files[/^(?:\d+\.)?(\w+)\.json$/.exec(file)?.[1] ?? ''] ?? null),
    dateMs: () => null,
  };
}

function judgeAge(
  trusted: { readonly root: string; readonly files: TrustedFiles },
  nowMs: number,
): TrustFailure | null {
  const time = judgeTime({
    nowMs,
    serverDateMs: null,
    isServerDateProved: false,
    timestampText: trusted.files.timestamp ?? '',
  });
  return time.ok ? findExpired(trusted, time.value) : time.failure;
}

const keysSchema = z.object({ keyids: z.array(z.string()), threshold: z.number() });
const commonSchema = z.object({ version: z.number(), expires: z.string() });
const rootSchema = z.object({
  signed: commonSchema.extend({ roles: z.record(z.string(), keysSchema) }),
});
const roleSchema = z.object({
  signed: commonSchema.extend({
    delegations: z.object({ roles: z.array(keysSchema.extend({ name: z.string() })) }).optional(),
  }),
});

/** Of a root that was verified. */
function rootReport(text: string): RoleReport {
  const { version, expires, roles } = rootSchema.parse(JSON.parse(text)).signed;
  return { role: 'root', version, expires, ...signersOf(roles.root) };
}

/** As the files say; whether they are right is the run's word. */
function rolesBelow(root: string, files: TrustedFiles): RoleReport[] {
  const { roles } = rootSchema.parse(JSON.parse(root)).signed;
  const delegated = read(files.targets)?.delegations?.roles.find(({ name }) => name === 'rollout');
  return (['targets', 'snapshot', 'timestamp', 'rollout'] as const).flatMap((role) => {
    const found = read(files[role]);
    if (found === null) return [];
    const { version, expires } = found;
    return [{ role, version, expires, ...signersOf(role === 'rollout' ? delegated : roles[role]) }];
  });
}

function signersOf(keys: z.infer<typeof keysSchema> | undefined) {
  return { keyIds: keys?.keyids ?? [], threshold: keys?.threshold ?? 0 };
}

function read(text: string | undefined): z.infer<typeof roleSchema>['signed'] | null {
  try {
    return roleSchema.safeParse(JSON.parse(text ?? '')).data?.signed ?? null;
  } catch {
    return null;
  }
}
