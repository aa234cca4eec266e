/**
 * `/v1/compatibility`: does this firmware fit this modem? The shared rules, asked with the published catalogue, and
 * with the one that is built in where nothing is published.
 */
import type { KnownModel } from '../../shared/catalogue-index.ts';
import {
  type Compatibility,
  judgeCompatibility,
  judgeStep,
  type ModelRules,
  versionsThatFit,
} from '../../shared/compatibility.ts';
import { matchesVersion } from '../../shared/compatibility-match.ts';
import {
  type FirmwareVersion,
  parseFirmwareVersion,
  versionWithoutCustom,
} from '../../shared/firmware-version.ts';
import { NEAR_MISSES_MAX } from '../../shared/limits.ts';
import { type ModelId, modelOf, productOf } from '../../shared/model.ts';
import type { ModelRow } from '../store/model-rows.ts';
import type { Answer, NearMiss, Reason } from './answer.ts';
import { answerLabel, answerName } from './answer-label.ts';
import { lookUpHardware } from './known-modem.ts';
import type { Question } from './question.ts';

/** Answers one question; `readModel` gives the published model or null. */
export async function answerCompatibility(
  question: Question,
  readModel: (model: ModelId) => Promise<ModelRow | null>,
): Promise<Answer> {
  const { installed, wanted = null, vendor } = question;
  if (installed.kind === 'order-code') return answerLabel(installed, wanted);
  if (installed.kind === 'names') return answerName(installed.names, wanted);
  const model = modelOf(vendor, installed.version);
  const row = model === null ? null : await readModel(model);
  const asked = { model, installed: installed.version.text };
  if (row === null) return { ...answerUnpublished(installed.version, wanted, model), ...asked };
  const sought = wanted ?? newestThatFits(installed.version, row);
  const { known } = lookUpHardware(installed.version);
  if (sought === null) {
    const sentence = `No release is published here for ${row.model}.`;
    return { ...notPublished([], sentence), ...asked, wanted: null, didYouMean: [], knownIssues: [], known };
  }
  const judged = judge(installed.version, sought, row);
  return {
    ...judged,
    ...asked,
    wanted: sought.text,
    didYouMean: releasesNear(sought, row),
    knownIssues: issuesOf(row.entry.knownIssues, [
      installed.version,
      sought,
      ...judged.path.flatMap(readVersion),
    ]),
    known,
  };
}

/** What the rules say of a modem that nothing is published for: what is forbidden is so without a release, too. */
function answerUnpublished(
  installed: FirmwareVersion,
  wanted: FirmwareVersion | null,
  model: ModelId | null,
): Omit<Answer, 'model' | 'installed'> {
  const { known, found, knownIssues: ofModem, reasons, didYouMean } = lookUpHardware(installed);
  const sentence = `Nothing is published here for ${model ?? installed.text}.`;
  const rest = { didYouMean, known, wanted: wanted?.text ?? null };
  if (wanted === null) {
    const knownIssues = issuesOf(ofModem, [installed]);
    return { ...notPublished(reasons, sentence), ...rest, knownIssues };
  }
  const rules = rulesOf(installed, found?.model);
  const step = judgeStep(installed, wanted, rules, { version: wanted.text, installableFrom: [] });
  const knownIssues = issuesOf(ofModem, [installed, wanted]);
  if (step.verdict === 'does not fit') {
    return { verdict: step.verdict, reasons: [...step.reasons, ...reasons], path: [], ...rest, knownIssues };
  }
  return { ...notPublished([...step.reasons, ...reasons], sentence), ...rest, knownIssues };
}

function rulesOf({ hardware, flash }: FirmwareVersion, known: KnownModel | undefined): ModelRules {
  const { edges = [], floors = [], interchangeableWith = [] } = known ?? {};
  return { hardware, flash, edges, floors, interchangeableWith };
}

function judge(installed: FirmwareVersion, wanted: FirmwareVersion, row: ModelRow): Compatibility {
  // Firmware of another model is refused as such, whether or not it is published here.
  if (productOf(installed) !== productOf(wanted)) {
    return {
      ...judgeStep(installed, wanted, row.entry, { version: wanted.text, installableFrom: [] }),
      path: [],
    };
  }
  return judgeCompatibility(installed, wanted, row);
}

/** The newest release that fits, or the newest of all; `null` where there is none. */
function newestThatFits(installed: FirmwareVersion, row: ModelRow): FirmwareVersion | null {
  const fitting = versionsThatFit(installed, row);
  const newest = row.releases.find(({ version }) => fitting.has(version)) ?? row.releases[0];
  return newest === undefined ? null : (readVersion(newest.version)[0] ?? null);
}

/** Where the wanted version is not published: releases that differ in the custom part alone, or share it and the baseline. */
function releasesNear(wanted: FirmwareVersion, row: ModelRow): NearMiss[] {
  if (row.releases.some(({ version }) => version === wanted.text)) return [];
  return row.releases
    .filter(({ version }) =>
      readVersion(version).some(
        (release) =>
          versionWithoutCustom(release) === versionWithoutCustom(wanted) ||
          (release.baseline === wanted.baseline && release.custom === wanted.custom),
      ),
    )
    .slice(0, NEAR_MISSES_MAX)
    .map(({ version }) => ({ kind: 'release', text: version, name: row.name }));
}

function issuesOf(
  issues: Answer['knownIssues'],
  versions: readonly FirmwareVersion[],
): Answer['knownIssues'] {
  return issues.filter((issue) => versions.some((version) => matchesVersion(issue.versions, version)));
}

function notPublished(
  reasons: readonly Reason[],
  sentence: string,
): Pick<Answer, 'verdict' | 'reasons' | 'path'> {
  const unpublished = { code: 'release-not-published', sentence, source: 'this repository' };
  return { verdict: 'not known', reasons: [unpublished, ...reasons], path: [] };
}

/** Of a text that was a version when it was published. */
function readVersion(text: string): FirmwareVersion[] {
  const version = parseFirmwareVersion(text);
  return version.ok ? [version.value] : [];
}
