/** Words as they are said: without the marks of lists and stress. */
export function spoken(text: string): readonly string[] {
  return text
    .replace(/\*\*|^#{1,6}\s+|^[-•·]\s+/gmu, '')
    .split(/(?<=[。！？；])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
