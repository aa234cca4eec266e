/** Our lines in a file of others, between two marks; what stands around them is kept to the byte. */
const BEGIN = '# cistern schedule: begin';
const END = '# cistern schedule: end';

/** `lines` ends with a newline; null takes the block away. */
export function withBlock(text: string, lines: string | null): string {
  const begin = text.indexOf(`${BEGIN}\n`);
  const end = text.indexOf(`${END}\n`, begin);
  const isThere = begin !== -1 && end !== -1;
  const before = isThere ? text.slice(0, begin) : endedWithNewline(text);
  const after = isThere ? text.slice(end + END.length + 1) : '';
  if (lines === null) return isThere ? before + after : text;
  return `${before}${BEGIN}\n${lines}${END}\n${after}`;
}

function endedWithNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
