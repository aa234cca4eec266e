/** Answers to who pasted a label or a name: they tell the hardware at most, and never what is installed. */
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { Pasted } from '../../shared/firmware-version-pasted.ts';
import { modelOf } from '../../shared/model.ts';
import type { Answer, Reason } from './answer.ts';
import { lookUpHardware, lookUpName, versionCommand } from './known-modem.ts';

type Label = Extract<Pasted, { kind: 'order-code' }>;

export function answerLabel(label: Label, wanted: FirmwareVersion | null): Answer {
  const { known, found, knownIssues, reasons, didYouMean } = lookUpHardware(label);
  const flash = label.flash ?? found?.model.flash ?? null;
  const vendor = known?.vendor ?? null;
  const model = vendor === null || flash === null ? null : modelOf(vendor, { ...label, flash });
  const size = flash === null ? '' : ` with ${flash} flash`;
  const sentence = `${label.text} is a label: it names ${label.hardware}${size}, and not what is installed. Ask the modem for its version (${versionCommand(known)}).`;
  const onLabel = { code: 'version-not-shown', sentence, source: 'field 2a: order codes' };
  const shared = {
    path: [],
    model,
    installed: label.text,
    wanted: wanted?.text ?? null,
    didYouMean,
    knownIssues,
    known,
  };
  const mayRun =
    wanted === null ||
    wanted.hardware === label.hardware ||
    found?.model.interchangeableWith.some(({ hardware }) => hardware === wanted.hardware) === true;
  if (mayRun) return { verdict: 'not known', reasons: [onLabel, ...reasons], ...shared };
  const other: Reason = {
    code: 'other-model',
    sentence: `${label.text} is ${label.hardware}; ${wanted.text} is for ${wanted.hardware}.`,
    source: 'field 2e rule 1: hardware must match exactly',
  };
  return { verdict: 'does not fit', reasons: [other, onLabel, ...reasons], ...shared };
}

/** Versions that are no Quectel ones with a size of flash: `EC200UEUAAR03A02M08`, `SIM7600G22` (field 2a, 2b). */
const VERSION_OF_OTHERS = /R\d{2}A\d{2}|^SIM\d+[A-Z]+\d{2}$/;

export function answerName(names: readonly string[], wanted: FirmwareVersion | null): Answer {
  const name = names[0] ?? '';
  const { known, knownIssues, reasons, didYouMean } = lookUpName(name);
  const sentence = VERSION_OF_OTHERS.test(name)
    ? `${name} tells the family ${known?.family ?? name}; versions that are written in this way are not judged here.`
    : `${name} names a family of modems, and neither a hardware nor what is installed. Ask the modem for its version (${versionCommand(known)}).`;
  return {
    verdict: 'not known',
    reasons: [{ code: 'version-not-shown', sentence, source: 'field 2b: ATI tells the family' }, ...reasons],
    path: [],
    model: null,
    installed: name,
    wanted: wanted?.text ?? null,
    didYouMean: [...didYouMean],
    knownIssues: [...knownIssues],
    known,
  };
}
