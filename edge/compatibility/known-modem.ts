/** What the built-in catalogue says of a modem that was asked about: what it is, what is lacking, what was meant. */
import { type FlashMethod, isFlashedByUs, type KnownFamily } from '../../shared/catalogue-index.ts';
import type { KnownHardware } from '../../shared/catalogue-lookup.ts';
import { NEAR_MISSES_MAX } from '../../shared/limits.ts';
import { modelOf } from '../../shared/model.ts';
import type { KnownModem, NearMiss, Reason } from './answer.ts';
import { builtInCatalogue } from './built-in-catalogue.ts';

export type Hardware = { readonly hardware: string; readonly flash: string | null };

export type LookedUp = {
  readonly known: KnownModem | null;
  /** The model itself, where the catalogue has this very hardware and flash. */
  readonly found: KnownHardware | null;
  /** Of the model, or of the family where that alone is known. */
  readonly knownIssues: KnownFamily['knownIssues'];
  readonly reasons: Reason[];
  readonly didYouMean: NearMiss[];
};

const SOURCE = 'this catalogue';

export function lookUpHardware({ hardware, flash }: Hardware): LookedUp {
  const catalogue = builtInCatalogue();
  const sizes = catalogue.modelsOf(hardware);
  const found = sizes.find(({ model }) => model.flash === flash || model.flash === null) ?? null;
  if (found !== null) {
    const { knownIssues } = found.model;
    return { known: knownModem(found), found, knownIssues, reasons: reasonsOf(found), didYouMean: [] };
  }
  const near = sizes.length > 0 ? sizes : catalogue.nearMisses(hardware);
  const unlisted = lookUpName(hardware);
  const what = flash === null ? hardware : `${hardware} with ${flash} flash`;
  const sentence =
    unlisted.known === null
      ? `The catalogue knows no ${what}, and no family that begins so.`
      : `The catalogue knows no ${what}, though it knows its family, ${unlisted.known.family}.`;
  const reason = { code: 'hardware-not-listed', sentence, source: SOURCE };
  return {
    ...unlisted,
    reasons: [reason, ...unlisted.reasons],
    didYouMean: near.map(nearMiss).slice(0, NEAR_MISSES_MAX),
  };
}

/** By a name on a label or in an answer of ATI, which says the family at most. */
export function lookUpName(name: string): LookedUp {
  const family = builtInCatalogue().familyOf(name);
  if (family === null) return { known: null, found: null, knownIssues: [], reasons: [], didYouMean: [] };
  const { knownIssues, routers } = family;
  const known = { ...knownFamily(family), name: null, missing: [], routers };
  // Of a family that is told by a variant (RM502Q-AE) only the models that begin so are meant.
  const begin = name.replace(/[^A-Z0-9]/g, '');
  const first = family.models.filter(({ hardware }) => hardware.startsWith(begin));
  const models = first.length > 0 ? first : family.models;
  const didYouMean = models.slice(0, NEAR_MISSES_MAX).map((model) => nearMiss({ family, model }));
  return { known, found: null, knownIssues, reasons: methodReasons(family), didYouMean };
}

/** The name by which a look-up tells of the whole family: its issues, and where it was found. */
export function nameToAsk({ hardwarePrefixes: [prefix], family }: KnownFamily): string {
  return prefix ?? family;
}

/** What to ask a modem for its version by. */
export function versionCommand(known: KnownModem | null): string {
  return known === null || known.vendor === 'quectel' ? 'AT+QGMR' : 'ATI';
}

function knownModem({ family, model }: KnownHardware): KnownModem {
  const { name, missing, routers } = model;
  return { ...knownFamily(family), name, missing, routers };
}

function knownFamily(family: KnownFamily): Omit<KnownModem, 'name' | 'missing' | 'routers'> {
  const { vendor, chip, flashMethod } = family;
  return { vendor, family: family.family, chip, flashMethod, isFlashedByCistern: isFlashedByUs(family) };
}

function reasonsOf({ family, model }: KnownHardware): Reason[] {
  if (model.missing.length === 0) return [];
  const sentence = `Too little is known of ${model.name} to publish firmware for it. Missing: ${model.missing.join(' ')}`;
  return [{ code: 'model-incomplete', sentence, source: SOURCE }, ...methodReasons(family)];
}

/** Said of modems that Cistern does not flash, so that nobody waits for a release of it. */
function methodReasons(family: KnownFamily): Reason[] {
  if (isFlashedByUs(family)) return [];
  const how = howFlashed(family.flashMethod);
  const sentence = `Modems of the family ${family.family} are flashed ${how}, which Cistern does not do yet.`;
  return [{ code: 'method-not-ours', sentence, source: family.sources[0] ?? SOURCE }];
}

export function howFlashed(method: FlashMethod): string {
  return HOW[method];
}

const HOW: Readonly<Record<FlashMethod, string>> = {
  'firehose-nand': 'by Firehose onto NAND',
  'firehose-emmc': 'by Firehose onto eMMC',
  firehose: 'by Firehose onto storage of which too little is known',
  fastboot: 'by fastboot',
  'sierra-cwe': 'with .cwe files of their maker',
  'telit-uxfp': "with their maker's uxfp",
  'asr-download': "with the tool of ASR, their chip's maker",
  'unisoc-download': "with the tool of Unisoc, their chip's maker",
  'eigencomm-download': "with the tool of Eigencomm, their chip's maker",
  'mediatek-download': "with the tool of MediaTek, their chip's maker",
  'xmm-download': 'with a tool for XMM chips',
  'not-known': 'in a way that is not known here',
};

function nearMiss({ family, model }: KnownHardware): NearMiss {
  const { hardware, flash, name } = model;
  const id = flash === null ? null : modelOf(family.vendor, { hardware, flash });
  return id === null ? { kind: 'hardware', text: hardware, name } : { kind: 'model', text: id, name };
}
