/** `catalogue check` and `catalogue add`: for whoever writes down what is known of a modem. */
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { addModel } from '../catalogue/add-model.ts';
import type { CatalogueFinding } from '../catalogue/catalogue-finding.ts';
import { type CatalogueReport, checkCatalogue } from '../catalogue/check-catalogue.ts';
import { CATALOGUE_DIRECTORY } from '../catalogue/find-model.ts';
import type { RepoContext } from '../context.ts';
import { catalogueFlag } from './model-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { versionArgument } from './parsers.ts';

type Flags = { readonly catalogue?: string; readonly json: boolean };

const flags = {
  catalogue: catalogueFlag,
  json: jsonFlag,
} as const;

function vendorArgument(text: string): string {
  if (/^[a-z0-9]{2,32}$/.test(text)) return text;
  throw new SyntaxError(`"${text.slice(0, 40)}" is not a maker's directory such as quectel`);
}

/** Below the catalogue directory, as findings name it. */
function familyFileArgument(text: string): string {
  if (/^[a-z0-9]{2,32}\/[a-z0-9]{1,40}\.yaml$/.test(text)) return text;
  throw new SyntaxError(`"${text.slice(0, 80)}" is not a family file such as quectel/ec25.yaml`);
}

const check = buildCommand<Flags, [string?], RepoContext>({
  async func(given, file) {
    const directory = given.catalogue ?? CATALOGUE_DIRECTORY;
    const report = await checkCatalogue(directory);
    if (!report.ok) return fail(this, given, report.failure);
    if (file !== undefined && !report.value.files.includes(file)) {
      return fail(this, given, { reason: 'family-not-in-catalogue', file, directory });
    }
    const findings = report.value.findings.filter((finding) => file === undefined || finding.file === file);
    const errorCount = count(findings, 'error');
    // Of one file all that is missing is told; of the whole catalogue it would hide the mistakes.
    const shown = findings.filter(({ severity }) => file !== undefined || severity !== 'missing');
    if (!given.json) this.process.stdout.write(lines(shown));
    if (errorCount > 0) {
      return fail(this, given, { reason: 'catalogue-defective', count: errorCount }, { findings });
    }
    succeed(this, given, { json: { findings }, text: summary(report.value, findings, file) });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: familyFileArgument,
          brief: 'One family, with all that is missing of it; else the whole catalogue',
          placeholder: 'file',
          optional: true,
        },
      ],
    },
    flags,
  },
  docs: {
    brief: 'Judge the catalogue: what is wrong and what is missing, with file and line',
    customUsage: [
      { input: '', brief: 'The whole catalogue' },
      { input: 'quectel/ec25.yaml', brief: 'One family, with what is missing of it' },
    ],
  },
});

const add = buildCommand<Flags, [string, FirmwareVersion], RepoContext>({
  async func(given, vendor, version) {
    const directory = given.catalogue ?? CATALOGUE_DIRECTORY;
    const added = await addModel(vendor, version, directory);
    if (!added.ok) return fail(this, given, added.failure);
    const { file, line, isNewFamily } = added.value;
    const where = isNewFamily ? 'a family of its own' : 'its family';
    const text = `${version.hardware} with ${version.flash} begins at ${file}:${line}, in ${where}. Fill in what is marked; "catalogue check ${file}" names each place.`;
    succeed(this, given, { json: added.value, text });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: vendorArgument, brief: 'Directory of the maker, e.g. quectel', placeholder: 'vendor' },
        { parse: versionArgument, brief: 'A version of it that somebody saw', placeholder: 'version' },
      ],
    },
    flags,
  },
  docs: {
    brief: 'Write the skeleton of a model, from a version that somebody saw',
    customUsage: [{ input: 'quectel EC21EUGAR06A04M1G_01.001.01.001', brief: 'Into quectel/ec21.yaml' }],
  },
});

export const catalogue = buildRouteMap({
  routes: { check, add },
  docs: { brief: 'What is known about modems: judge it, add to it' },
});

function lines(findings: readonly CatalogueFinding[]): string {
  return findings
    .map(({ file, line, severity, sentence }) => `${file}:${line}: ${severity}: ${sentence}\n`)
    .join('');
}

function count(findings: readonly CatalogueFinding[], severity: CatalogueFinding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function summary(report: CatalogueReport, findings: readonly CatalogueFinding[], file?: string): string {
  const missing = count(findings, 'missing');
  if (file !== undefined) return `${file}: no errors, ${missing} things are not known yet.`;
  return `${report.files.length} families: no errors. ${report.modelCount} models can be published, ${report.incompleteCount} cannot yet; ${missing} things are not known. "catalogue check FILE" lists those of one family.`;
}
