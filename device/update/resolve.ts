/** Which release should this modem get? Every rule must say yes: rollout, compatibility, what the user asked for. */

import type { ModelEntry } from '../../shared/catalogue.ts';
import { type Compatibility, judgeCompatibility } from '../../shared/compatibility.ts';
import type { CompatibilityReason } from '../../shared/compatibility-verdict.ts';
import {
  compareFirmwareVersions,
  type FirmwareVersion,
  parseFirmwareVersion,
} from '../../shared/firmware-version.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { judgeRollout, type Rollout, type RolloutVerdict } from '../../shared/rollout.ts';

export type ResolveFailure =
  | { readonly reason: 'wanted-version-unreadable'; readonly text: string }
  | {
      readonly reason: 'release-not-published';
      readonly version: string;
      readonly published: readonly string[];
    }
  | {
      readonly reason: 'release-does-not-fit';
      readonly installed: string;
      readonly version: string;
      readonly verdict: string;
      readonly because: readonly CompatibilityReason[];
    }
  | {
      readonly reason: 'release-needs-hops';
      readonly installed: string;
      readonly version: string;
      /** Versions to install in turn, the wanted one last. */
      readonly hops: readonly string[];
    }
  | {
      readonly reason: 'release-held-back';
      readonly version: string;
      readonly because: string;
      readonly why: string;
    };

export type Resolved =
  | { readonly action: 'up-to-date'; readonly considered: readonly Considered[] }
  | {
      readonly action: 'install';
      readonly manifest: ReleaseManifest;
      readonly compatibility: Compatibility;
      readonly considered: readonly Considered[];
    };

/** Why a published release was not chosen, for `check`. */
export type Considered = {
  readonly version: string;
  readonly verdict: Compatibility['verdict'];
  readonly rollout: 'in' | Extract<RolloutVerdict, { verdict: 'out' }>['because'] | 'failed-here';
  readonly sentence: string;
};

export type ResolveInput = {
  readonly installed: FirmwareVersion;
  readonly entry: ModelEntry;
  readonly releases: readonly ReleaseManifest[];
  readonly rollout: Rollout;
  /** A version the user named: the rollout's percentage and start do not hold it back, a halt or recall does. */
  readonly wanted?: string | undefined;
  /** Versions that failed on this modem: taken again only when the user names them. */
  readonly givenUp: readonly string[];
  readonly device: { readonly deviceId: string; readonly channel: 'stable' | 'beta'; readonly nowMs: number };
};

export async function resolveRelease(input: ResolveInput): Promise<Result<Resolved, ResolveFailure>> {
  return input.wanted === undefined ? ok(await newestThatFits(input)) : resolveWanted(input, input.wanted);
}

/** The newest release that fits; the next hop towards it where it takes several. Hops must be rolled out too. */
async function newestThatFits(input: ResolveInput): Promise<Resolved> {
  const { installed, entry, rollout, device } = input;
  const others = input.releases.filter((release) => release.version !== installed.text);
  const gates = await Promise.all(
    others.map(async ({ version }) =>
      input.givenUp.includes(version) ? FAILED_HERE : judgeRollout(rollout, version, device),
    ),
  );
  const admitted = others.filter((_, i) => gates[i]?.verdict === 'in');

  const considered: Considered[] = [];
  let best: Candidate | null = null;
  for (const [i, manifest] of others.entries()) {
    const version = parseFirmwareVersion(manifest.version);
    const gate = gates[i];
    if (!version.ok || gate === undefined) continue;
    const releases = admitted.includes(manifest) ? admitted : [...admitted, manifest];
    const compatibility = judgeCompatibility(installed, version.value, { entry, releases });
    considered.push({
      version: manifest.version,
      verdict: compatibility.verdict,
      rollout: gate.verdict === 'in' ? 'in' : gate.because,
      sentence: compatibility.reasons.map((reason) => reason.sentence).join(' '),
    });
    const isNewer = compareFirmwareVersions(version.value, best?.version ?? installed) > 0;
    if (compatibility.verdict === 'fits' && gate.verdict === 'in' && isNewer) {
      best = { version: version.value, manifest, compatibility };
    }
  }
  if (best === null) return { action: 'up-to-date', considered };
  const { manifest, compatibility } = best;
  const hop = admitted.find((release) => release.version === compatibility.path[0]) ?? manifest;
  return { action: 'install', manifest: hop, compatibility, considered };
}

const FAILED_HERE = { verdict: 'out', because: 'failed-here' } as const;

type Candidate = {
  readonly version: FirmwareVersion;
  readonly manifest: ReleaseManifest;
  readonly compatibility: Compatibility;
};

async function resolveWanted(input: ResolveInput, wanted: string): Promise<Result<Resolved, ResolveFailure>> {
  const { installed, entry, releases, rollout, device } = input;
  const version = parseFirmwareVersion(wanted);
  if (!version.ok) return err({ reason: 'wanted-version-unreadable', text: wanted.slice(0, 96) });
  const manifest = releases.find((release) => release.version === version.value.text);
  if (manifest === undefined) {
    return err({
      reason: 'release-not-published',
      version: wanted,
      published: releases.map((release) => release.version),
    });
  }
  if (manifest.version === installed.text) return ok({ action: 'up-to-date', considered: [] });
  const compatibility = judgeCompatibility(installed, version.value, { entry, releases });
  const { verdict, reasons, path } = compatibility;
  if (verdict === 'fits' && path.length > 1)
    return err({ reason: 'release-needs-hops', installed: installed.text, version: wanted, hops: path });
  if (verdict !== 'fits') {
    return err({
      reason: 'release-does-not-fit',
      installed: installed.text,
      version: wanted,
      verdict,
      because: reasons,
    });
  }
  const gate = await judgeNamed(wanted, rollout, device);
  return gate.ok ? ok({ action: 'install', manifest, compatibility, considered: [] }) : gate;
}

/** A version that a person names: percentage, start and channel do not hold it back. */
async function judgeNamed(
  version: string,
  rollout: Rollout,
  device: ResolveInput['device'],
): Promise<Result<void, ResolveFailure>> {
  const gate = await judgeRollout(rollout, version, device);
  if (gate.verdict === 'in') return ok();
  const { because } = gate;
  if (because === 'percentage' || because === 'not-started' || because === 'channel') return ok();
  return err({ reason: 'release-held-back', version, because, why: 'why' in gate ? gate.why : '' });
}

/** The release that a person names for a modem that cannot say what it runs: published, and not held back. */
export async function findNamedRelease(
  input: Omit<ResolveInput, 'installed' | 'entry' | 'wanted' | 'givenUp'> & { readonly wanted: string },
): Promise<Result<ReleaseManifest, ResolveFailure>> {
  const { releases, rollout, wanted, device } = input;
  const manifest = releases.find(({ version }) => version === wanted);
  if (manifest === undefined)
    return err({
      reason: 'release-not-published',
      version: wanted,
      published: releases.map(({ version }) => version),
    });
  const gate = await judgeNamed(wanted, rollout, device);
  return gate.ok ? ok(manifest) : gate;
}
