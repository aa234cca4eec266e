/**
 * Takes out of a text what names a person, a modem or a subscription, before it is shown or kept (P11): IMEI, ICCID,
 * IMSI, phone numbers, serial numbers, addresses, keys and tokens. Rather too much than too little.
 */

const RULES: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // A key in armour, whole or its beginning: what follows on the line is part of it.
  [/-----BEGIN [A-Z ]{0,40}-----.*/g, '<key removed>'],
  [/(?<![a-z0-9])(?:bearer|basic)\s+[\w.~+/=-]+/gi, '<token removed>'],
  [
    /(?<![a-z0-9])(pass(?:word|wd|phrase)?|token|secret|api[_-]?key|psk|pin|puk)\b(\s*[:=]\s*)(?!<)["']?[^\s"',;]+/gi,
    '$1$2<removed>',
  ],
  [
    /((?<![a-z])SN|serial(?:\s*(?:number|no\.?))?)(\s*[:=_#]?\s*)(?=[\w-]*\d)[\w-]{4,40}/gi,
    '$1$2<serial removed>',
  ],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, '<address removed>'],
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '<address removed>'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])/gi, '<address removed>'],
  [/(?<![\w.])(?:(?:[1-9]\d{0,2}|0)\.){3}(?:[1-9]\d{0,2}|0)(?![\w.])/g, '<address removed>'],
  // TS 27.007: +CGPADDR gives an IPv6 address as sixteen numbers.
  [/(?<![\w.])(?:\d{1,3}\.){7,31}\d{1,3}(?![\w.])/g, '<address removed>'],
  [/(?<!\d)\d(?:[ -]?\d){12,24}(?!\d)/g, '<number removed>'],
  [/\d{11,}/g, '<number removed>'],
  [/(?<![\w+])\+\s?\d(?:[ ()./-]{0,2}\d){6,17}/g, '<number removed>'],
  [/(?<![\w.])0\d(?:[-/]?\d){7,12}(?!\d)/g, '<number removed>'],
  [/(?<![0-9a-f])(?=[0-9a-f]*\d)[0-9a-f]{24,}(?![0-9a-f])/gi, '<digest removed>'],
  [
    /(?<![\w+/-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9_+-]{40,}={0,2}/g,
    '<token removed>',
  ],
];

export function removeIdentities(text: string): string {
  return RULES.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}
