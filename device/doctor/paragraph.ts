/** Sentences for a terminal: broken between words, the lines after the first indented as it is. */

export const TEXT_WIDTH_CHARS = 100;

/** `first` stands before the first line; the others begin with as many spaces. */
export function paragraph(first: string, text: string, widthChars = TEXT_WIDTH_CHARS): string {
  const indent = ' '.repeat(first.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && first.length + line.length + 1 + word.length > widthChars) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return `${lines.map((each, index) => (index === 0 ? first : indent) + each).join('\n')}\n`;
}
